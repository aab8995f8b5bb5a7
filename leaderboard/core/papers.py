"""The papers that metrics and analyses come from, by arXiv id and slug in our catalogue.

`where` says what was read: a section or equation, the authors' code, or no more than the abstract.
"""

from leaderboard.core.contract import Source

FOOTPRINTS = Source("2512.04142", "abstract; doi 10.1038/s43247-026-03537-5", "flops-to-footprints")
MORE_THAN_CARBON = Source("2509.00093", "supplement: component data of the A100")
GPU_CALCULATOR = Source(
    title="gpu-calculator (github.com/hubblo-org/gpu-calculator)", where="code and page"
)
ML_ENERGY = Source("2505.06371", "authors' code and documentation", "ml-energy-benchmark")
PER_WATT = Source("2511.07885", "project documentation and harness", "intelligence-per-watt")
COST_OF_PASS = Source("2504.13359", "definitions, and the authors' code")
EFFICIENT_AGENTS = Source("2508.02694", "section 2.2", "efficient-agents")
A2FM = Source("2510.12838", "cost of pass on SuperGPQA", "a2fm")
PLAN_AND_BUDGET = Source("2505.16122", "formula as quoted in reading notes", "plan-and-budget")
ELLIESQL = Source("2503.22402", "as other implementations read it", "elliesql-tep")
OVERTHINKING = Source("2412.21187", "authors' code", "overthinking-o1-like")
IDEALIZED = Source("2305.02440", "HELM's efficiency_metrics.py and data files", "idealized-runtime")
HELM_TRAINING = Source("2305.02440", "HELM's training efficiency data", "idealized-runtime")
KINETICS = Source("2506.05333", "authors' code, cost_model", "kinetics-test-time-scaling")
PLATEAU = Source("2505.20522", "curve as quoted in reviews", "scaling-over-scaling")
EFFICIENTLLM = Source("2505.13840", "section 5.1, equations 1 to 9", "efficientllm")
DIOR = Source("2308.11696", "definition in words", "efficient-benchmarking-dior")
BANDIT = Source("2407.06172", "authors' code", "speeding-up-lm-evaluation")
DYNABOARD = Source("2106.06052", "Dynabench's code, api/models/score.py")
RETRIEVAL = Source("2212.01340", "what it asks to report", "beyond-accuracy-ir-benchmarking")
CARROT = Source("2502.03261", "authors' code", "carrot-router")
ROUTERBENCH = Source(title="RouterBench (github.com/withmartian/routerbench)", where="code")
ROUTERARENA = Source(title="RouterArena", where="score formula")
GREEN = Source("2505.01468", "authors' code", "green-pareto-model-selection")
RECTIFIED = Source("2402.02314", "authors' code and data", "rectified-scaling-law")
JOINTRANK = Source("2506.22262", "authors' code", "jointrank")
BATS = Source("2511.17006", "reading notes", "budget-aware-tool-use")
MELODI = Source("2407.16893", "authors' code and data", "melodi-price-of-prompting")
GREENER = Source("2403.20306", "abstract and opening", "greener-llms-inference")
ACME = Source("2403.07648", "counts from secondary sources", "acme-datacenter-characterization")
APEX = Source("2411.17651", "README of the authors' code", "apex-serving-simulator")
EFFEVAL = Source("2209.09593", "authors' code", "effeval-mt-metrics")
SPLADE = Source("2207.03834", "abstract", "splade-efficiency")
WEB_AGENT = Source("2507.04103", "algorithm 1", "llm-web-agent-diagnosis")
AEGIS = Source("2010.07615", "authors' code", "aegis-bayesian-optimisation")
TEST_TIME = Source("2408.03314", "definitions of 6ND and 2ND", "compute-optimal-test-time-scaling")
D_MERIT = Source("2406.16048", "table of tau and error", "d-merit-partial-annotation")
SCI = Source(title="Software Carbon Intensity, ISO/IEC 21031:2024", where="operational emissions")
WUE = Source(title="Water usage effectiveness, ISO/IEC 30134-9:2022")
PALM = Source("2204.02311", "model FLOPs utilization")
