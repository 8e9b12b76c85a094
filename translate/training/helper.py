"""A process that trains on its share of every step; started by :mod:`muwazi.translate.training.run`."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main(folder: Path, meeting: Path, size: int, rank: int) -> None:
    """Join the run in ``folder`` as process ``rank`` of ``size``."""
    import torch
    import torch.distributed as dist

    from muwazi.translate.training import run
    from muwazi.translate.training.devices import Team
    from muwazi.translate.training.trainer import Trainer

    torch.set_num_threads(1)
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    recipe, _ = run.restore_recipe(folder)
    model, prepared = run.again(recipe, folder)
    trainer = Trainer(model, prepared, recipe, folder, scorer=lambda _m, _d: {}, team=Team(rank, size))
    dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=size)
    trainer.resume(log=False)
    trainer.run()
    dist.destroy_process_group()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
