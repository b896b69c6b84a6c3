"""``ocr-denoise``: cleaner letters, and how much cleaner."""

from __future__ import annotations

import click

from ocr import __version__
from ocr.commands._groups import DefaultGroup
from ocr.commands.denoise_page import page
from ocr.commands.denoise_score import score
from ocr.commands.denoise_train import train


@click.group(
    cls=DefaultGroup,
    default="page",
    takes_arguments=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, "--version", prog_name="ocr-denoise")
def main() -> None:
    """Clean letters: broken strokes mended, noise taken away, the paper white.

    A page: ocr-denoise IMAGE -o CLEAN.png (see ocr-denoise page --help).
    """


main.add_command(page)
main.add_command(train)
main.add_command(score)

if __name__ == "__main__":
    main()
