CREATE TABLE IF NOT EXISTS test (
  build_commit TEXT,
  gpu_info TEXT,
  avg_ts REAL
);

INSERT INTO test (build_commit, gpu_info, backends, model_filename, model_type, n_gpu_layers, flash_attn, use_mmap, n_prompt, n_gen, n_depth, test_time, avg_ts, stddev_ts) VALUES ('0a1b2c3d', 'NVIDIA L4', 'CUDA', 'models/O''Heron-7B-Q4_0.gguf', 'heron 7B Q4_0', '99', '0', '1', '512', '0', '0', '2026-03-04T05:09:00Z', '1024.500000', '4.000000');
