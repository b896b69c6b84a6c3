"""Cleaner crops: networks that give a damaged 32x32 letter back clean, and honest measurements of them.

    damage.py     ten kinds of damage, each with a strength
    pairs.py      an endless supply of (damaged, clean) letters
    networks.py   bottleneck32, bottleneck32-deep, denoiser
    judge.py      a reader that learns beside the denoiser
    fit.py        how they learn
    psnr.py       how close a crop is to the clean one
    train.py      from drawings to models/denoiser.onnx

Only networks.py, judge.py, fit.py, pairs.py and train.py need torch.
"""
