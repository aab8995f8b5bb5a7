"""What the words of MLPerf Inference mean: scores, models, precisions, a unit that was wrong."""

# What a submission's accuracy is in, by the name that MLPerf prints. CLIP and FID scores of
# pictures have no ends, so they are no shares.
SHARES = {
    "rouge1": "%",
    "f1": "%",
    # Where a recommender's accuracy is printed beside it, this is what counts.
    "auc": "%",
    "acc": "%",
    "map": "%",
    "dice": "1",
    "exact_match": "%",
    "gsm8k_accuracy": "%",
    "mbxp_accuracy": "%",
    "accuracy": "%",
}
# The words of accuracy.txt for the names of the summary.
SAME = {"accuracy": "acc", "mean": "DICE", "rouge1": "ROUGE1", "f1": "F1"}
# What the closed division prescribes, where the benchmark's name is not a model's.
PRESCRIBED = {
    "bert": "BERT-Large",
    "resnet": "resnet50",
    "llama2-70b-interactive": "llama2-70b",
    "llama3.1-8b": "meta-llama/Llama-3.1-8B-Instruct",
    "llama3.1-405b": "meta-llama/Llama-3.1-405B-Instruct",
    "whisper": "openai/whisper-large-v3",
}
# Folders of a submission may be called by the model instead of the benchmark.
BENCHMARKS = {"resnet50": "resnet"}
PRECISIONS = {"float": "fp", "bfloat": "bf"}
# The checker of round 4.0 wrote the tokens per second of this benchmark as Samples/s.
MISLABELLED = ("v4.0", "llama2-70b", "Offline", "samples/s")
