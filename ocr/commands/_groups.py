"""A group of commands of which one is meant when none is named."""

from __future__ import annotations

from typing import Any

import click


class DefaultGroup(click.Group):
    """``ocr-train --data x`` is ``ocr-train run --data x``: options first mean the ``default``."""

    def __init__(self, *args: Any, default: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {name for parameter in self.get_params(ctx) for name in parameter.opts}
        if args and args[0].startswith("-") and args[0].split("=")[0] not in own:
            args = [self.default, *args]
        return super().parse_args(ctx, args)
