"""A group of commands of which one is meant when none is named."""

from __future__ import annotations

from typing import Any

import click


class DefaultGroup(click.Group):
    """``ocr-train --data x`` is ``ocr-train run --data x``: options first mean the ``default``.

    With ``takes_arguments``, so does whatever is no command: ``ocr-denoise x.jpg``.
    """

    def __init__(self, *args: Any, default: str, takes_arguments: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.default, self.takes_arguments = default, takes_arguments

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {name for parameter in self.get_params(ctx) for name in parameter.opts}
        option = bool(args) and args[0].startswith("-") and args[0] != "-"
        argument = bool(args) and not option and self.takes_arguments and args[0] not in self.commands
        if argument or (option and args[0].split("=")[0] not in own):
            args = [self.default, *args]
        return super().parse_args(ctx, args)
