"""Everything is declared in setup.cfg, but for one thing it cannot say: the models become part of the package."""

from setuptools import find_packages, setup

setup(packages=[*find_packages(include=["ocr", "ocr.*"]), "ocr.models"], package_dir={"ocr.models": "models"})
