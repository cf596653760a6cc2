"""The experiments of papers and of the Keras pages: E13 to E26."""

from aecore.experiments.claims import Claim, Ratio, Rising, Within
from aecore.experiments.experiment import Experiment, step

KERAS = "Chollet, Keras blog 2016"
KERAS_IO = "keras.io examples"
MNIST = {"dataset": "mnist", "loss": "bce"}
DEEP = {"dataset": "mnist", "loss": "mse", "hidden": "1000-500-250", "bottleneck": 30}
ORDER = "an ordering; absolute numbers depend on settings that the paper tuned"

PAPERS = (
    Experiment(
        id="E13",
        title="Keras tutorial: the simplest autoencoder",
        question="What does the most copied autoencoder reach?",
        source=KERAS,
        runs={"784-32-784": {**MNIST, "bottleneck": 32, "code_activation": "relu", "epochs": 50}},
        steps=(step("errors"), step("units"), step("rows")),
        claims=(
            Claim(
                "test loss after 50 epochs",
                "about 0.09 (0.11 in the 2016 edition with another optimiser)",
                "BCE per pixel",
                Within("784-32-784 loss", 0.085, 0.11),
                "both editions; ReLU codes lose a few of 32 units, other ones with each seed",
            ),
        ),
    ),
    Experiment(
        id="E14",
        title="Keras tutorial: convolutions with a code of 128",
        question="Do convolutions draw better from as many numbers?",
        source=KERAS,
        runs={
            "convolutional": {
                **MNIST,
                "architecture": "feature-maps",
                "channels": "16-8-8",
                "code_activation": "relu",
                "epochs": 15,
            }
        },
        steps=(step("errors"), step("rows")),
        claims=(
            Claim(
                "test loss",
                "0.094 after 50 epochs",
                "BCE per pixel",
                Within("convolutional loss", 0.0846, 0.1034),
                "a tenth either way",
            ),
        ),
        quick={"subset": 6000, "epochs": 3},
        full={"epochs": 50},
        different=(
            "convolutions of stride 2 and their transposes instead of pooling and enlarging: from "
            "a code of the same size they may well draw better."
        ),
    ),
    Experiment(
        id="E15",
        title="keras.io: denoising convolutions",
        question="What does a net that could copy everything make of noise?",
        source=KERAS_IO,
        runs={
            name: {
                **MNIST,
                "architecture": "feature-maps",
                "channels": "32-32",
                "code_activation": "relu",
                "batch_size": 128,
                **settings,
            }
            for name, settings in (
                ("clean", {"epochs": 1}),
                (
                    "noisy",
                    {
                        "noise": "gaussian",
                        "noise_level": 0.4,
                        "clip": True,
                        "clean_epochs": 1,
                        "epochs": 2,
                    },
                ),
            )
        },
        steps=(
            step("loss_after", run="clean", epochs=1),
            step("loss_after", run="clean", epochs=50),
            step("loss_after", run="noisy", epochs=1),
            step("loss_after", run="noisy", epochs=100),
            step("rows", runs=("noisy",)),
        ),
        claims=(
            Claim(
                "validation loss after 1 epoch on clean images, 1,000 test images",
                "0.0723",
                "BCE per pixel",
                Within("clean after 1", 0.065, 0.09),
                "first epochs depend on the start; strides instead of pooling",
            ),
            Claim(
                "validation loss after 50 epochs on clean images, 1,000 test images "
                "(measured with --full)",
                "0.0622",
                "BCE per pixel",
                Within("clean after 50", 0.059, 0.0655),
                "one in twenty: other convolutions, and a tenth of the test images",
            ),
            Claim(
                "validation loss after 1 epoch on noisy images, 1,000 test images",
                "0.0922 (after 50 clean epochs)",
                "BCE per pixel",
                Within("noisy after 1", 0.085, 0.115),
                "after 1 clean epoch instead of 50, up to a quarter above",
                full=Within("noisy after 1", 0.0876, 0.0968),
                full_why="one in twenty: fresh noise, and a tenth of the test images",
            ),
            Claim(
                "validation loss after 100 epochs on noisy images, 1,000 test images "
                "(measured with --full)",
                "0.0839",
                "BCE per pixel",
                Within("noisy after 100", 0.0797, 0.0881),
                "one in twenty: fresh noise cannot be learned by heart, as one fixed copy can",
            ),
        ),
        quick={"subset": 6000},
        full_runs={"clean": {"epochs": 50}, "noisy": {"clean_epochs": 50, "epochs": 150}},
        different=(
            "fresh noise each time instead of one fixed noisy copy; convolutions of stride 2 and "
            "their transposes instead of pooling; 1,000 test images instead of 10,000."
        ),
    ),
    Experiment(
        id="E16",
        title="Depth: 784-1000-500-250-30",
        question="What do four layers gain over one, and over PCA?",
        source="Hinton & Salakhutdinov 2006",
        runs={
            "deep": {**DEEP, "epochs": 6},
            "shallow": {
                "dataset": "mnist",
                "loss": "mse",
                "bottleneck": 30,
                "epochs": 30,
            },
        },
        steps=(step("errors"), step("rows")),
        seeds=3,
        claims=(
            Claim(
                "squared error of PCA with 30 components, test",
                "13.87",
                "an image",
                Within("shallow PCA squared error", 13.7, 14.1),
                "nothing is trained: one per cent and a half",
            ),
            Claim(
                "squared errors, test",
                "autoencoder 3.00 < logistic PCA 8.01 < PCA 13.87",
                "an image",
                Rising(("deep squared error", "shallow squared error", "deep PCA squared error")),
                ORDER,
            ),
            Claim(
                "squared error of the deep network, test",
                "3.00, at convergence",
                "an image",
                Within("deep squared error", 2.0, 6.5),
                "a few epochs: about twice the published end",
                full=Within("deep squared error", 2.4, 3.6),
                full_why="a fifth either way: ReLU and Adam instead of pretrained sigmoids",
            ),
            Claim(
                "squared error of 784-30-784 with sigmoid output, test",
                "8.01 (logistic PCA)",
                "an image",
                Within("shallow squared error", 7.0, 11.0),
                "a third above: its encoder is linear and it is not trained to convergence",
                full=Within("shallow squared error", 7.2, 8.8),
                full_why="a tenth either way: its encoder is linear",
            ),
        ),
        quick={"subset": 6000, "epochs": 5},
        full={"epochs": 200},
        different=(
            "ReLU and Adam instead of pretrained sigmoids and conjugate gradients; 784-30-784 with "
            "a linear encoder for logistic PCA."
        ),
    ),
    Experiment(
        id="E17",
        title="Deep beside shallow",
        question="Does a deeper network draw better from the same 32 numbers?",
        source=KERAS,
        runs={
            "deep": {**MNIST, "hidden": "128-64", "bottleneck": 32, "epochs": 25},
            "shallow": {**MNIST, "bottleneck": 32, "code_activation": "relu", "epochs": 25},
        },
        steps=(step("errors"),),
        claims=(
            Claim(
                "test loss of 784-128-64-32-64-128-784",
                "0.08 to 0.097",
                "BCE per pixel",
                Within("deep loss", 0.078, 0.1),
                "the published range, a little wider for 25 epochs instead of 100",
                full=Within("deep loss", 0.08, 0.097),
                full_why="the published range",
            ),
            Claim(
                "test loss of 784-32-784",
                "0.09 to 0.11",
                "BCE per pixel",
                Within("shallow loss", 0.085, 0.115),
                "the published range, a little wider for 25 epochs instead of 50",
                full=Within("shallow loss", 0.09, 0.11),
                full_why="the published range",
            ),
            Claim(
                "test losses",
                "deep below shallow",
                "BCE per pixel",
                Rising(("deep loss", "shallow loss")),
                "an ordering; the spread over three seeds stands beside it",
            ),
        ),
        seeds=3,
        full_runs={"deep": {"epochs": 100}, "shallow": {"epochs": 50}},
        different="the deep network's code is linear instead of ReLU.",
    ),
    Experiment(
        id="E18",
        title="Contractive: what keeps a code still",
        question="Which restraint makes a code move least with its image?",
        source="Rifai et al. 2011",
        runs={
            name: {
                **MNIST,
                "bottleneck": 200,
                "code_activation": "sigmoid",
                "tied": True,
                "subset": 10_000,
                "epochs": 20,
                "batch_size": 128,
                **settings,
            }
            for name, settings in (
                ("plain", {}),
                ("decay", {"weight_decay": 3e-3}),
                ("Gaussian", {"noise": "gaussian", "noise_level": 0.5}),
                ("masking", {"noise": "masking", "noise_level": 0.3}),
                ("contractive", {"contractive": 10.0}),
            )
        },
        steps=(step("sensitivity"), step("errors")),
        claims=(
            Claim(
                "mean ‖J‖ of the encoder, 1,000 test images",
                "contractive 0.73 < Gaussian denoising 0.86 < weight decay 5.0 < masking 7.9 < "
                "plain 17.5 (units of 10⁻⁴)",
                "",
                Rising(
                    (
                        "contractive ‖J‖",
                        "Gaussian ‖J‖",
                        "decay ‖J‖",
                        "masking ‖J‖",
                        "plain ‖J‖",
                    )
                ),
                ORDER,
            ),
            Claim(
                "contractive and plain, mean ‖J‖, 1,000 test images",
                "0.73 and 17.5: 24 times less",
                "",
                Ratio("plain ‖J‖", "contractive ‖J‖", low=2),
                "the factor follows λ, which the paper chose by classification",
            ),
        ),
        seeds=3,
        quick={"epochs": 8},
        full={"subset": 0, "epochs": 50, "batch_size": 256},
        different="200 units, λ and noise not tuned by classification, epochs are ours; Adam.",
    ),
    Experiment(
        id="E19",
        title="k-sparse: from strokes to whole digits",
        question="What do units look for when only a few may speak?",
        source="Makhzani & Frey 2013",
        runs={
            f"k={k}": {
                "dataset": "mnist",
                "loss": "mse",
                "code": "k-sparse",
                "active": k,
                "bottleneck": 1000,
                "tied": True,
                "subset": 10_000,
                "epochs": 10,
            }
            for k in (70, 40, 25, 10)
        },
        steps=(step("units"), step("errors")),
        claims=(
            Claim(
                "share of the image that a filter covers, median over the units that speak on "
                "any of 1,000 test images",
                "large k: local strokes; small k: whole-digit prototypes",
                "%",
                Rising(("k=70 area", "k=40 area", "k=25 area", "k=10 area")),
                ORDER,
            ),
            Claim(
                "test error",
                "rises as k falls",
                "MSE per pixel",
                Rising(("k=70 MSE", "k=40 MSE", "k=25 MSE", "k=10 MSE")),
                ORDER,
            ),
        ),
        seeds=3,
        quick={"epochs": 4},
        full={"subset": 0, "epochs": 50},
        different="Adam instead of momentum, the same k from the start, epochs are ours.",
    ),
    Experiment(
        id="E20",
        title="Variational autoencoder with a code of 2",
        question="What lies between the digits?",
        source=f"Kingma & Welling 2013; {KERAS_IO}",
        runs={
            "network": {
                **MNIST,
                "code": "variational",
                "architecture": "convolutional",
                "channels": "32-64",
                "bottleneck": 2,
                "batch_size": 128,
                "epochs": 8,
            }
        },
        steps=(step("nats", run="network"),),
        claims=(
            Claim(
                "reconstruction, on the training images",
                "140.2 after 30 epochs",
                "nats an image",
                Within("reconstruction", 135.0, 160.0),
                "a few epochs instead of 30: up to a seventh above the published end",
                full=Within("reconstruction", 136.0, 145.0),
                full_why="about one in thirty: no dense layer, and other training images",
            ),
            Claim(
                "KL, on the training images",
                "6.8 after 30 epochs",
                "nats an image",
                Within("KL", 5.0, 7.6),
                "it rises slowly as the code is used better",
                full=Within("KL", 6.0, 7.6),
                full_why="a tenth: what it gains, the reconstruction loses",
            ),
        ),
        quick={"subset": 6000, "epochs": 4},
        full={"epochs": 30},
        different=(
            "no dense layer of 16 between convolutions and code; measured on the 60,000 training "
            "images, where the published numbers are of all 70,000, trained on too."
        ),
    ),
    Experiment(
        id="E21",
        title="Semantic hashing",
        question="Can images be found by looking up their bits?",
        source="Salakhutdinov & Hinton 2007",
        runs={
            "network": {
                **MNIST,
                "code": "binary",
                "code_activation": "sigmoid",
                "hidden": "256",
                "bottleneck": 24,
                "epochs": 20,
            }
        },
        steps=(step("hashing", run="network"),),
        claims=(
            Claim(
                "nearest 100 training images by Hamming distance that are of the same class, 1,000 "
                "test images",
                "retrieval by table look-up",
                "%",
                Ratio("same class", "chance", low=4),
                "the paper's numbers are of documents: several times chance is worth looking up",
            ),
            Claim(
                "of 1,000 test images, those that find something within two flipped bits",
                "retrieval by table look-up",
                "%",
                Within("found within 2", 0.8, 1.0),
                "a table that mostly answers",
            ),
        ),
        different="digits instead of documents; noisy bits instead of pretrained RBMs.",
    ),
    Experiment(
        id="E22",
        title="Compression: codes beside JPEG",
        question="Who draws a digit better from 16 bytes?",
        source="Teaching articles",
        runs={
            f"{q} bytes": {
                "dataset": "mnist",
                "loss": "mse",
                "hidden": "256",
                "bottleneck": q,
                "epochs": 15,
            }
            for q in (16, 32, 64)
        },
        steps=(step("compression"),),
        seeds=3,
        claims=tuple(
            Claim(
                f"error at {q} bytes an image, 1,000 test images: learned code and {codec}",
                "a learned code wins at few bytes on its own kind of image",
                "MSE per pixel",
                Rising((f"{q} bytes MSE", f"{q} bytes {codec} MSE")),
                "an ordering; the decoder's size is not counted",
            )
            for q, codec in (*((q, "JPEG 2000") for q in (16, 32, 64)), (64, "JPEG"))
        ),
        remark=(
            "The codecs compress one mosaic of all images, so that a header is shared. JPEG cannot "
            "go below about 29 bytes an image, and stands beside the code of 64 alone."
        ),
    ),
    Experiment(
        id="E23",
        title="Corruption sweep",
        question="How much should be hidden from a network that has to learn?",
        source="Vincent et al. 2010",
        runs={
            f"{share:.0%}": {
                **MNIST,
                "bottleneck": 200,
                "code_activation": "sigmoid",
                "tied": True,
                "subset": 20_000,
                "epochs": 20,
                **({"noise": "masking", "noise_level": share} if share else {}),
            }
            for share in (0.0, 0.1, 0.25, 0.5)
        },
        steps=(step("units"), step("probe")),
        claims=(
            Claim(
                "share of the image that a filter covers, median over the units that speak on "
                "any of 1,000 test images",
                "filters grow from blobs to strokes",
                "%",
                Rising(("0% area", "25% area", "50% area")),
                "an ordering; the spread over three seeds stands beside it",
            ),
            *(
                Claim(
                    f"accuracy of a linear classifier on the codes, fitted on 10,000 training "
                    f"images, 10,000 test images: {other} and 25 %",
                    "best features near 25 %",
                    "%",
                    Rising((f"{run} probe", "25% probe")),
                    "an ordering; the spread over three seeds stands beside it",
                )
                for run, other in (("0%", "0 %"), ("50%", "50 %"))
            ),
        ),
        seeds=3,
        full={"subset": 0, "epochs": 50},
        different=(
            "one layer of 200 units and a linear classifier on its code, not a stack that is "
            "fine-tuned to classify; epochs are ours; Adam."
        ),
    ),
    Experiment(
        id="E24",
        title="Anomalies that are too easy",
        question="Is an empty image an anomaly?",
        source="The known failure of reconstruction errors",
        runs={"network": {**MNIST, "bottleneck": 32, "epochs": 20}},
        steps=(step("too_easy", run="network"),),
        claims=(
            Claim(
                "test digits with a larger error than a blank image",
                "its error is low although it is no digit",
                "%",
                Within("digits above the blank", 0.5, 1.0),
                "below the median digit it cannot be found by any threshold",
            ),
            Claim(
                "test digits with a larger error than a single stroke",
                "its error is low although it is no digit",
                "%",
                Within("digits above the stroke", 0.5, 1.0),
                "below the median digit it cannot be found by any threshold",
            ),
        ),
    ),
    Experiment(
        id="E25",
        title="Contaminated training",
        question="What if the odd ones are among the training images?",
        source="Teaching articles",
        runs={
            f"{share:.0%}": {
                **MNIST,
                "bottleneck": 32,
                "subset": 5000,
                "outliers": share,
                "outlier_source": ("fashion-mnist", "fashion-mnist-sample"),
                "epochs": 60,
                "batch_size": 64,
            }
            for share in (0.01, 0.05, 0.1)
        },
        steps=(step("contamination"),),
        claims=(
            Claim(
                "outliers found in the training images (area under the ROC curve), 1 % inside",
                "small shares do not matter",
                "",
                Within("1% AUC", 0.9, 1.0),
                "nearly all outliers before nearly all digits",
            ),
            Claim(
                "mean error of the outliers over that of the digits",
                "larger shares are learned",
                "",
                Rising(
                    (
                        "10% outlier over digit",
                        "5% outlier over digit",
                        "1% outlier over digit",
                    )
                ),
                "an ordering; the spread over three seeds stands beside it",
            ),
        ),
        seeds=3,
        quick={"epochs": 20},
    ),
    Experiment(
        id="E26",
        title="Layer by layer beside joint training",
        question="Does a deep network of sigmoids need pretraining?",
        source="Bengio et al. 2007; Zhou et al. 2015",
        runs={
            name: {
                **DEEP,
                "hidden_activation": "sigmoid",
                "subset": 6000,
                "batch_size": 128,
                **settings,
            }
            for name, settings in (
                ("joint", {"epochs": 30}),
                (
                    "autoencoders",
                    {"pretraining": "autoencoders", "pretraining_epochs": 4, "epochs": 14},
                ),
                ("RBMs", {"pretraining": "rbms", "pretraining_epochs": 4, "epochs": 14}),
            )
        },
        steps=(step("errors"),),
        claims=(
            Claim(
                "squared error, autoencoder-wise over RBM-wise, equal epochs, test",
                "both reach the same order",
                "an image",
                Ratio("autoencoders squared error", "RBMs squared error", 0.5, 2.0),
                "the same order of magnitude",
            ),
            Claim(
                "squared error, joint over autoencoder-wise, equal epochs, test",
                "depth without either fails with sigmoids",
                "an image",
                Ratio("joint squared error", "autoencoders squared error", low=1.5),
                "failing is more than half as much error again",
            ),
        ),
        quick={"subset": 3000},
        seeds=3,
        full={"subset": 0},
        full_runs={
            "joint": {"epochs": 100},
            "autoencoders": {"pretraining_epochs": 10, "epochs": 60},
            "RBMs": {"pretraining_epochs": 10, "epochs": 60},
        },
        different="Adam instead of gradient descent; E16's network for all; epochs are ours.",
        remark="Zhou et al. find joint training as good or better; Adam and Glorot’s start help.",
    ),
)
