"""Cleaner crops: networks that give a damaged 32x32 letter back clean, and honest measurements of them.

    damage.py        ten kinds of damage, each with a strength
    pairs.py         an endless supply of (damaged, clean) letters
    networks.py      bottleneck32, bottleneck32-deep, denoiser
    pca.py           principal components, the best linear bottleneck, and where bottleneck32 starts
    judge.py         a reader that says whether a cleaned letter still reads the same
    fit.py           how they learn
    checkpoint.py    a run that was stopped, to go on from
    from_scratch.py  bottleneck32 in NumPy
    train.py         from drawings to models/denoiser.onnx
    cards.py         what a run leaves: models, cards, curves
    psnr.py          how close a crop is to the clean one
    rivals.py        PCA, and the filters of scikit-image, with settings of their own
    score.py         the denoiser beside its rivals, and what a reader gains
    tables.py, sheet.py, curves.py, report.py   the results for people
    page.py          a whole page, every letter drawn again

Only networks.py, judge.py, fit.py, checkpoint.py, pairs.py, train.py, cards.py and score.py need torch.
Reading has its own way in, ``ocr.reading.denoise``.
"""
