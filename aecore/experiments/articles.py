"""The experiments of teaching articles: E1 to E12, E27 to E29."""

from aecore.experiments.claims import Claim, Ratio, Rising, Within
from aecore.experiments.experiment import Experiment, step

MICHELUCCI = "Michelucci 2022"
PLAIN = {"dataset": "mnist", "loss": "bce", "epochs": 30}
"""784-q-784 as the article has it: BCE, Adam, 30 epochs, batches of 256."""
NOT_STATED = "the article gives no number: an ordering is all that can be checked"

ARTICLES = (
    Experiment(
        id="E1",
        title="Bottleneck size",
        question="How few numbers are enough to draw a digit again?",
        source=MICHELUCCI,
        runs={f"q={q}": {**PLAIN, "bottleneck": q} for q in (8, 16, 64)},
        steps=(step("readable"), step("errors"), step("rows")),
        seeds=3,
        claims=(
            Claim(
                "reconstructions of 2,000 test images that still read as their class, "
                "by 7-NN among 10,000 training images",
                "8 makes mistakes (a 4 becomes a 9), 16 readable, 64 nearly perfect",
                "%",
                Rising(("q=8 readable", "q=16 readable", "q=64 readable")),
                NOT_STATED,
            ),
            Claim(
                "the same for the code of 64, and for the test images themselves",
                "nearly perfect",
                "%",
                Ratio("q=64 readable", "originals readable", low=0.95),
                "the reader misreads clean images too: of twenty it reads, one may be lost",
            ),
            Claim(
                "test error",
                "falls with the size of the code",
                "MSE per pixel",
                Rising(("q=64 MSE", "q=16 MSE", "q=8 MSE")),
                NOT_STATED,
            ),
        ),
    ),
    Experiment(
        id="E2",
        title="Loss: BCE beside MSE",
        question="Does it matter which loss is trained?",
        source=MICHELUCCI,
        runs={
            "BCE": {**PLAIN, "bottleneck": 16},
            "MSE": {**PLAIN, "bottleneck": 16, "loss": "mse"},
        },
        steps=(step("errors"), step("readable"), step("rows")),
        claims=(
            Claim(
                "test error of the network trained by BCE, over that of the one trained by MSE",
                "both work; rows nearly alike",
                "MSE per pixel",
                Ratio("BCE MSE", "MSE MSE", 0.8, 1.25),
                "a quarter more or less error is hard to see in a row of digits",
            ),
            Claim(
                "reconstructions of 2,000 test images that read as their class, BCE over MSE, "
                "by 7-NN among 10,000 training images",
                "rows nearly alike",
                "%",
                Ratio("BCE readable", "MSE readable", 0.95, 1.05),
                "one digit in twenty",
            ),
        ),
        remark="The two losses' own numbers cannot be compared; the MSE of both can.",
    ),
    Experiment(
        id="E3",
        title="k-NN on codes, MNIST",
        question="How much does a classifier lose when it sees 8 numbers instead of 784?",
        source=MICHELUCCI,
        runs={"codes": {**PLAIN, "bottleneck": 8}},
        steps=(step("knn"),),
        claims=(
            Claim(
                "7-NN accuracy on pixels, 60,000 training images, 10,000 test images",
                "96.4 %",
                "%",
                Within("pixels 7-NN", 0.954, 0.974),
                "nothing is trained: one point covers how ties are broken",
            ),
            Claim(
                "7-NN accuracy on the 8-unit code, same split",
                "89 %",
                "%",
                Within("codes 7-NN", 0.86, 0.92),
                "seeds differ by about a point; three leave room for the unstated activation",
            ),
            Claim(
                "time on pixels over time on codes",
                "about 1,000 s over 1.1 s",
                "s",
                Ratio("pixels seconds", "codes seconds", low=3),
                "times depend on machine and program, a clear multiple must remain",
            ),
        ),
        quick={"epochs": 5},
    ),
    Experiment(
        id="E4",
        title="k-NN on codes, Fashion-MNIST",
        question="Do 16 numbers tell ten kinds of clothing apart?",
        source=MICHELUCCI,
        runs={f"q={q}": {**PLAIN, "dataset": "fashion-mnist", "bottleneck": q} for q in (8, 16)},
        steps=(step("knn"),),
        claims=(
            Claim(
                "7-NN accuracy on the 16-unit code, 60,000 training images, 10,000 test images",
                "83.6 %",
                "%",
                Within("q=16 7-NN", 0.81, 0.86),
                "seeds differ by about a point; the activation is not stated",
            ),
            Claim(
                "7-NN accuracy on pixels, same split",
                "1.8 points more",
                "%",
                Within("pixels 7-NN", 0.844, 0.864),
                "nothing is trained: one point covers how ties are broken",
            ),
            Claim(
                "time on pixels over time on the 16-unit code",
                "about 330 times",
                "s",
                Ratio("pixels seconds", "q=16 seconds", low=3),
                "times depend on machine and program, a clear multiple must remain",
            ),
        ),
        quick={"epochs": 5},
    ),
    Experiment(
        id="E5",
        title="The shoe",
        question="Does a shoe among 10,000 digits stand out?",
        source=MICHELUCCI,
        runs={"network": {**PLAIN, "bottleneck": 64}},
        steps=(step("shoes", run="network"),),
        claims=(
            Claim(
                "rank of one drawn shoe among the 10,000 test digits",
                "first",
                "",
                Within("shoe rank", 1, 1),
                "the claim is about the first place",
            ),
            Claim(
                "reconstruction error of the shoe",
                "0.062",
                "MSE per pixel",
                Within("shoe RE", 0.03, 0.15),
                "another shoe: sneakers at hand score 0.012 to 0.115, ankle boots up to 0.27",
            ),
            Claim(
                "error of the hardest digit, over the shoe's",
                "35 % (0.022 over 0.062)",
                "%",
                Within("second over first", 0.1, 0.7),
                "follows the shoe's own error, which another shoe would change",
            ),
            Claim(
                "ankle boots that stand before every digit",
                "one hand-picked shoe does",
                "%",
                Within("ankle boots first", 0.5, 1.0),
                "one shoe proves little: most of a kind should stand out",
            ),
            Claim(
                "sneakers that stand before every digit",
                "one hand-picked shoe does",
                "%",
                Within("sneakers first", 0.5, 1.0),
                "one shoe proves little: most of a kind should stand out",
            ),
        ),
        different=(
            "a drawn shoe, and all shoes of the clothing at hand, not the article's own one."
        ),
    ),
    Experiment(
        id="E6",
        title="Stability of anomaly rankings",
        question="Do two networks find the same digits odd?",
        source=MICHELUCCI,
        runs={
            f"{hidden}-{q}, seed {seed}": {
                **PLAIN,
                "bottleneck": q,
                "hidden": hidden,
                "seed": seed,
                "epochs": 15,
            }
            for hidden, q, seed in (
                ("none", 64, 0),
                ("128", 32, 1),
                ("none", 64, 2),
                ("128", 32, 0),
                ("none", 64, 1),
                ("128", 32, 2),
            )
        },
        steps=(step("stability"),),
        claims=(
            Claim(
                "share of the 100 oddest test digits that two networks have in common",
                "rankings of single models differ",
                "%",
                Within("single agreement", 0.0, 0.9),
                "a tenth of the list different is a difference that can be seen",
            ),
            Claim(
                "the same for two threes of networks, errors combined by their mean",
                "combining makes rankings stable",
                "%",
                Ratio("mean agreement", "single agreement", low=1.1),
                "combining should be worth seeing: a tenth more in common than two networks have",
            ),
        ),
        full={"epochs": 30},
        different="six networks: three seeds of each of two kinds.",
    ),
    Experiment(
        id="E7",
        title="Denoising",
        question="Can a digit be found under noise that hides it?",
        source=MICHELUCCI,
        runs={
            "N(0,1)": {**PLAIN, "bottleneck": 32, "noise": "gaussian", "noise_level": 1.0},
            "N(0,1) in [0,1]": {
                **PLAIN,
                "bottleneck": 32,
                "noise": "truncated-gaussian",
                "noise_level": 1.0,
            },
        },
        steps=(step("errors"), step("rows")),
        seeds=3,
        claims=(
            *(
                Claim(
                    f"test error under {name}, network and mean image",
                    "“impressive” digits from noise",
                    "MSE per pixel",
                    Ratio(f"{name} MSE", f"{name} mean image MSE", high=0.5),
                    "the mean is drawn without seeing any digit: one that is seen halves its error",
                )
                for name in ("N(0,1)", "N(0,1) in [0,1]")
            ),
            Claim(
                "test error under N(0,1), network and PCA of 32 components on the same input",
                "not given",
                "MSE per pixel",
                Rising(("N(0,1) MSE", "N(0,1) PCA MSE")),
                "PCA, fitted on clean images, does not know the noise: it is the baseline that the "
                "app draws, not the best linear denoiser",
            ),
        ),
        remark=(
            "The article's “normal, real numbers between 0 and 1” can mean two things: N(0,1), "
            "and N(0,1) drawn again until it lies in [0,1]. Both are run."
        ),
    ),
    Experiment(
        id="E8",
        title="Do weight decay and tied weights make codes sparse?",
        question="The article says that they do. Do they?",
        source=MICHELUCCI,
        runs={
            "plain": {**PLAIN, "bottleneck": 16},
            "decay": {**PLAIN, "bottleneck": 16, "weight_decay": 1e-3},
            "tied": {**PLAIN, "bottleneck": 16, "tied": True},
        },
        steps=(step("sparsity"), step("errors")),
        claims=(
            Claim(
                "sparsity of the codes, 0 all units alike to 1 only one speaks, test",
                "weight decay makes codes sparse",
                "",
                Rising(("plain sparsity", "decay sparsity")),
                "an ordering; the spread over three seeds stands beside it",
            ),
            Claim(
                "the same with tied weights",
                "tied weights make codes sparse",
                "",
                Rising(("plain sparsity", "tied sparsity")),
                "an ordering; the spread over three seeds stands beside it",
            ),
            Claim(
                "sparsity with weight decay, as far as a sparse code",
                "codes become sparse",
                "",
                Within("decay sparsity", 0.5, 1.0),
                "above one half, most of a code is in a quarter of its units",
            ),
        ),
        seeds=3,
        remark="A code of independent normal numbers has a sparsity of about 0.27 at q = 16.",
    ),
    Experiment(
        id="E9",
        title="Linear autoencoder and PCA",
        question="What does a network without any bends learn?",
        source="Baldi & Hornik 1989; Plaut 2018",
        runs={
            "linear": {
                "dataset": "mnist",
                "variant": "linear",
                "bottleneck": 8,
                "epochs": 40,
            }
        },
        steps=(step("subspace", run="linear"),),
        claims=(
            Claim(
                "test error over that of PCA with as many components",
                "the same",
                "",
                Within("MSE over PCA's", 0.99, 1.01),
                "one per cent: training ends, the optimum does not move",
            ),
            Claim(
                "largest principal angle between the two subspaces",
                "the same subspace",
                "degrees",
                Within("largest angle", 0, 6),
                "neighbouring components of nearly equal variance are told apart slowly",
            ),
        ),
        quick={"epochs": 15},
    ),
    Experiment(
        id="E10",
        title="Noise in, nothing out",
        question="How well can noise be compressed?",
        source="Wolfram community article",
        runs={
            f"{distribution} noise": {
                "dataset": "noise",
                "distribution": distribution,
                "bottleneck": 4,
                "loss": "mse",
                "epochs": 40,
            }
            for distribution in ("uniform", "gaussian")
        },
        steps=(step("errors"),),
        claims=tuple(
            Claim(
                f"test error on {name} noise over that of the mean image",
                "the cost hardly falls",
                "",
                Within(f"{name} noise share of the mean image's", 0.9, 1.02),
                "4 numbers can carry 4 of 64 pixels, 6 % of the variance, and nothing else",
            )
            for name in ("uniform", "gaussian")
        ),
        quick={"epochs": 10},
    ),
    Experiment(
        id="E11",
        title="A code of two bits: 4-2-4",
        question="What code does a network invent for four things?",
        source="Teaching article",
        runs={
            "4-2-4": {
                "dataset": "one-hot",
                "length": 4,
                "bottleneck": 2,
                "code_activation": "sigmoid",
                "output_activation": "sigmoid",
                "batch_size": 4,
                "learning_rate": 0.1,
                "epochs": 500,
            },
        },
        steps=(step("corners", run="4-2-4"),),
        claims=(
            Claim(
                "different corners that the four codes are nearest to",
                "4: (0.99, 0.09), (0.85, 0.99), (0.01, 0.67), (0.12, 0.00)",
                "",
                Within("corners used", 4, 4),
                "two codes at one corner could not be told apart",
            ),
            Claim(
                "largest distance of a coordinate from its corner",
                "0.33 (the 0.67 of the third code)",
                "",
                Within("distance to corner", 0, 0.4),
                "longer training pushes codes further out than published",
            ),
            Claim(
                "smallest output at the right place",
                "0.87",
                "",
                Within("right output", 0.85, 1.0),
                "published values are 0.87 to 0.91; longer training only raises them",
            ),
        ),
        quick={},
        remark="The task is older: Rumelhart, Hinton & Williams describe it in 1986.",
    ),
    Experiment(
        id="E12",
        title="Sparse filters",
        question="What does a unit look for that may only rarely speak?",
        source="Ng, CS294A notes",
        runs={
            name: {
                "dataset": "patches",
                "patch_source": "mnist",
                "size": 10,
                "mean_removal": False,
                "loss": "mse",
                "output_activation": "sigmoid",
                "code": "plain",
                "tied": False,
                "code_activation": "sigmoid",
                "bottleneck": 64,
                "weight_decay": 1e-3,
                "kl_sparsity": beta,
                "sparsity_target": 0.05,
                "learning_rate": 1e-2,
                "epochs": 100,
                "batch_size": 100,
            }
            for name, beta in (("plain", 0.0), ("sparse", 1.0))
        },
        steps=(step("units"),),
        seeds=3,
        claims=(
            Claim(
                "length of a filter over its width, median over the units that speak on any of "
                "1,000 test patches",
                "every unit an edge or stroke detector at its own place and angle",
                "",
                Rising(("plain elongation", "sparse elongation")),
                NOT_STATED,
            ),
            Claim(
                "roughness of a filter (2 for noise), median over the same units",
                "edges and strokes, not noise",
                "",
                Within("sparse roughness", 0.0, 1.0),
                "half of what noise has",
            ),
        ),
        quick={"epochs": 15},
        different=(
            "64 units, β 1, λ 0.001 and ρ 0.05 instead of Ng's 25 units and, in our units, β 6, "
            "λ 0.0001 and ρ 0.01; patches of digits instead of photographs; Adam instead of L-BFGS."
        ),
    ),
    Experiment(
        id="E27",
        title="Overcomplete codes",
        question="With more units than pixels, does a network only copy?",
        source="UFLDL; Vincent et al. 2010",
        runs={
            name: {
                **PLAIN,
                "bottleneck": 1000,
                "code_activation": "sigmoid",
                "subset": 10_000,
                "epochs": 15,
                "batch_size": 128,
                **settings,
            }
            for name, settings in (
                ("plain", {}),
                ("denoising", {"noise": "masking", "noise_level": 0.3}),
                ("sparse", {"kl_sparsity": 0.3, "sparsity_target": 0.05}),
            )
        },
        steps=(step("units"), step("errors"), step("probe")),
        claims=(
            Claim(
                "roughness of the filters (2 for noise), median over the units that speak on "
                "any of 1,000 test images",
                "plain filters stay noise, restrained ones do not",
                "",
                Rising(("denoising roughness", "plain roughness")),
                NOT_STATED,
            ),
            Claim(
                "test error on clean input",
                "plain may learn to copy",
                "MSE per pixel",
                Rising(("plain clean MSE", "denoising clean MSE")),
                NOT_STATED,
            ),
            Claim(
                "accuracy of a linear classifier on the plain code, fitted on 10,000 training "
                "images, 10,000 test images",
                "“yet can still learn useful features”",
                "%",
                Within("plain probe", 0.9, 1.0),
                "a linear classifier on pixels reaches about 91 %",
            ),
        ),
        seeds=3,
        quick={"epochs": 5},
        full={"subset": 0, "epochs": 30, "batch_size": 256},
        different="strengths of noise and sparsity are not tuned, epochs are ours; Adam.",
    ),
    Experiment(
        id="E28",
        title="Clustering on codes",
        question="Do codes fall into classes by themselves?",
        source="Teaching articles",
        runs={"network": {**PLAIN, "bottleneck": 16}},
        steps=(step("clusters", run="network"),),
        claims=(
            Claim(
                "adjusted Rand index of k-means (k = 10) on codes over pixels, test",
                "codes serve clustering",
                "",
                Ratio("codes ARI", "pixels ARI", 0.8, 3.0),
                "no number is given: codes should keep what pixels have",
            ),
            Claim(
                "time on pixels over time on codes",
                "faster",
                "s",
                Ratio("pixels seconds", "codes seconds", low=1.5),
                "49 times fewer numbers, of which overheads eat a part",
            ),
        ),
        seeds=3,
    ),
    Experiment(
        id="E29",
        title="Smallest code for an allowed error",
        question="How many numbers does an error of 0.02 need?",
        source="Teaching articles",
        runs={
            f"q={q}": {**PLAIN, "bottleneck": q, "loss": "mse", "hidden": "128", "epochs": 15}
            for q in (4, 8, 12, 16, 24, 32)
        },
        steps=(step("smallest_code", allowed=0.02),),
        seeds=3,
        claims=(
            Claim(
                "smallest code with a test MSE of 0.02 or less, network and PCA",
                "reduce the hidden units within the allowed error",
                "",
                Rising(("smallest q", "smallest PCA q")),
                NOT_STATED,
            ),
        ),
        full={"epochs": 30},
        different="six sizes of code, and one hidden layer of 128 on either side.",
    ),
)
