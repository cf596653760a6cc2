"""All experiments by id, E1 to E29."""

from aecore.experiments.articles import ARTICLES
from aecore.experiments.experiment import Experiment
from aecore.experiments.papers import PAPERS

EXPERIMENTS: dict[str, Experiment] = {
    experiment.id: experiment
    for experiment in sorted((*ARTICLES, *PAPERS), key=lambda e: int(e.id[1:]))
}
