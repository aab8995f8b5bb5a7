"""Which questions a task of lm-evaluation-harness asks, and how it puts them.

The harness has a task of its own for every way to put the same questions: `gsm8k_cot_llama` are
the problems of `gsm8k` with Meta's prompt. The questions are the task, the way is a setting, so
that the same questions meet and unlike ways stay apart. What is not known here stays as it is.
"""

import re

_WAYS = {
    "gsm8k": "cot|cot_llama|cot_zeroshot|cot_self_consistency|llama",
    "mmlu": "generative|continuation|llama|cot_llama|flan_cot_fewshot|flan_cot_zeroshot"
    "|flan_n_shot_generative|flan_n_shot_loglikelihood",
    "mmlu_pro": "llama",
    "arc_challenge": "chat|llama",
    "bbh": "cot_fewshot|cot_zeroshot|fewshot|zeroshot",
    "gpqa_(?:main|diamond|extended)": "zeroshot|n_shot|cot_zeroshot|cot_n_shot|generative_n_shot"
    "|reasoning",
    "humaneval(?:_plus)?": "instruct|64|64_instruct",
    "mbpp(?:_plus)?": "instruct",
    "lambada_(?:openai|standard)": "cloze|cloze_yaml",
}
_WORDED = [re.compile(rf"({questions})_({ways})", re.ASCII) for questions, ways in _WAYS.items()]
# The second Open LLM Leaderboard's own wordings of benchmarks that it asks as a whole.
_LEADERBOARD = re.compile(
    r"(leaderboard)_(ifeval|mmlu_pro|gpqa_(?:main|diamond|extended))", re.ASCII
)
# Both ask the problems of MATH, or the 500 of them that were picked later.
_MATH = re.compile(r"(minerva|hendrycks)_math_?(500)?", re.ASCII)
# One task of the old harness with two scores that the new one has as two tasks.
_TRUTHFUL = re.compile(r"(truthfulqa[_:]mc)", re.ASCII)
_CHOICES = re.compile(r"(?:truthfulqa_)?(mc[12])")


def parted(task: str, metric: str) -> tuple[str, str]:
    """The questions under the name that most use for them, and the way they are put, or nothing."""
    for pattern in _WORDED:
        if found := pattern.fullmatch(task):
            return found[1], found[2]
    if found := _LEADERBOARD.fullmatch(task):
        return found[2], found[1]
    if found := _MATH.fullmatch(task):
        return "math500" if found[2] else "hendrycks_math", found[1]
    return chosen(task, metric), ""


def chosen(task: str, metric: str) -> str:
    """TruthfulQA with one right option or with several, which were once two scores of one task."""
    choices = _CHOICES.fullmatch(metric)
    return f"truthfulqa_{choices[1]}" if choices and _TRUTHFUL.fullmatch(task) else task
