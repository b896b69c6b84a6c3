"""A folder of pictures -> a folder of results, none lost and none double.

    plan       what there is to read, and what its results are called
    ledger     what became of every file, in SQLite beside the results
    executors  who reads: this process, worker processes, or a Ray cluster
    worker     one file -> its documents
    run        takes tasks to the executor, and what comes back to the disk and the ledger
    results    a folder of results, opened with all that a run needs: what the commands call

Only the process of `run` writes: workers read a file and hand back documents. So a worker may die at any
moment without leaving anything behind, and it makes no difference on which machine it ran.
"""
