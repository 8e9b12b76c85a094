"""``python -m muwazi.translate.training.snapshot RUN OUTPUT``: the model of a run's last checkpoint.

For a look at a run that is still going, or one that was killed and will not go on.
"""

from __future__ import annotations

import sys
from pathlib import Path

from muwazi.corpus.errors import MuwaziError


def snapshot(folder: Path, output: Path) -> int:
    """Write the weights of the last checkpoint of the run in ``folder`` as a MarianMT folder; return its step.

    Raises:
        ModelError: there is no checkpoint, or it is damaged.
    """
    from muwazi.translate.training import export, marian, run
    from muwazi.translate.training.trainer import Trainer

    recipe, _ = run.restore_recipe(folder)
    model, prepared = run.again(recipe, folder)
    trainer = Trainer(model, prepared, recipe, folder, scorer=lambda _model, _dev: {})
    trainer.resume(log=False)
    if recipe.training.lora_rank:
        marian.merge_lora(model)
    settings = recipe.training
    export.save_model(
        model,
        prepared.vocabulary,
        output,
        source_lang=settings.source_lang,
        target_lang=settings.target_lang,
        extra={"name": output.name, "max_source_tokens": settings.max_length, "training": {"steps": trainer.step}},
    )
    return trainer.step


if __name__ == "__main__":
    try:
        print(f"step {snapshot(Path(sys.argv[1]), Path(sys.argv[2]))}: {sys.argv[2]}")
    except IndexError:
        sys.exit("usage: python -m muwazi.translate.training.snapshot RUN OUTPUT")
    except MuwaziError as error:
        sys.exit(f"muwazi: {error}")
