/** What demo data is made of: real models and kinds of services, in invented centers. */

/** Centers: name, address. */
export const centers = [
  ['Shanghai', '192.168.10.12'],
  ['Beijing', '192.168.20.12'],
  ['Shenzhen', '192.168.30.12'],
  ['Frankfurt', '192.168.40.12'],
  ['laboratory', '192.168.50.12'],
] as const;

/** Models: name, vendor, size in GiB, framework that serves it, what it does, GPUs. */
export const models = [
  ['Qwen2.5-0.5B-Instruct', 'Alibaba', 1, 'vLLM', 'text-generation', 1],
  ['Qwen2.5-7B-Instruct', 'Alibaba', 15, 'vLLM', 'text-generation', 1],
  ['Qwen2.5-32B-Instruct', 'Alibaba', 65, 'vLLM', 'text-generation', 2],
  ['Qwen2.5-72B-Instruct', 'Alibaba', 145, 'vLLM', 'text-generation', 4],
  ['Qwen2.5-Coder-14B-Instruct', 'Alibaba', 30, 'vLLM', 'text-generation', 1],
  ['Qwen2.5-VL-7B-Instruct', 'Alibaba', 17, 'vLLM', 'image-text-to-text', 1],
  ['QwQ-32B', 'Alibaba', 65, 'vLLM', 'text-generation', 2],
  ['DeepSeek-R1', 'DeepSeek', 689, 'vLLM', 'text-generation', 16],
  ['DeepSeek-V3', 'DeepSeek', 689, 'vLLM', 'text-generation', 16],
  ['DeepSeek-R1-Distill-Qwen-7B', 'DeepSeek', 15, 'vLLM', 'text-generation', 1],
  ['DeepSeek-R1-Distill-Llama-70B', 'DeepSeek', 141, 'vLLM', 'text-generation', 4],
  ['Llama-3.1-8B-Instruct', 'Meta', 16, 'vLLM', 'text-generation', 1],
  ['Llama-3.3-70B-Instruct', 'Meta', 141, 'vLLM', 'text-generation', 4],
  ['Mistral-7B-Instruct-v0.3', 'Mistral AI', 15, 'vLLM', 'text-generation', 1],
  ['Mixtral-8x7B-Instruct-v0.1', 'Mistral AI', 93, 'vLLM', 'text-generation', 2],
  ['gemma-2-9b-it', 'Google', 18, 'vLLM', 'text-generation', 1],
  ['gemma-2-27b-it', 'Google', 55, 'vLLM', 'text-generation', 2],
  ['phi-4', 'Microsoft', 29, 'vLLM', 'text-generation', 1],
  ['glm-4-9b-chat', 'Zhipu AI', 19, 'vLLM', 'text-generation', 1],
  ['internlm2_5-20b-chat', 'Shanghai AI Laboratory', 40, 'vLLM', 'text-generation', 1],
  ['Baichuan2-13B-Chat', 'Baichuan', 28, 'vLLM', 'text-generation', 1],
  ['Yi-1.5-34B-Chat', '01.AI', 69, 'vLLM', 'text-generation', 2],
  ['bge-m3', 'BAAI', 2, 'BentoML', 'feature-extraction', 1],
  ['bge-large-zh-v1.5', 'BAAI', 1, 'BentoML', 'feature-extraction', 1],
  ['bge-reranker-v2-m3', 'BAAI', 2, 'BentoML', 'text-classification', 1],
  ['multilingual-e5-large', 'Microsoft', 2, 'BentoML', 'feature-extraction', 1],
  ['whisper-large-v3', 'OpenAI', 3, 'BentoML', 'automatic-speech-recognition', 1],
  ['SenseVoiceSmall', 'Alibaba', 1, 'BentoML', 'automatic-speech-recognition', 1],
  ['bert-base-chinese', 'Google', 1, 'BentoML', 'fill-mask', 1],
  ['yolov8x', 'Ultralytics', 1, 'BentoML', 'object-detection', 1],
  ['stable-diffusion-xl-base-1.0', 'Stability AI', 7, 'Diffusers', 'text-to-image', 1],
  ['stable-diffusion-3.5-large', 'Stability AI', 26, 'Diffusers', 'text-to-image', 1],
  ['FLUX.1-dev', 'Black Forest Labs', 34, 'Diffusers', 'text-to-image', 1],
  ['HunyuanDiT-v1.2', 'Tencent', 15, 'Diffusers', 'text-to-image', 1],
  ['CogVideoX-5b', 'Zhipu AI', 21, 'Diffusers', 'text-to-video', 1],
] as const;

/** Of each framework, the image, the command and the yaml of a service; names in braces are replaced. */
export const frameworks = {
  vLLM: {
    source: 'HuggingFace',
    image: 'registry.example.com/{arch}/vllm-openai:v0.8.5',
    command: 'vllm serve {path} --tensor-parallel-size {gpus} --port 8000',
    yaml: `services:
  - name: {name}
    framework: vLLM
    command: vllm serve {path} --served-model-name {name} --tensor-parallel-size {gpus} --port 8000
    env:
      VLLM_LOGGING_LEVEL: INFO
      HF_HUB_OFFLINE: "1"
    ports:
      - 8000
    livez: /health
    readyz: /v1/models
    resources:
      gpu: {gpus}
`,
  },
  BentoML: {
    source: 'Bentoml',
    image: 'registry.example.com/{arch}/bentoml:1.4.8',
    command: 'bentoml serve service:svc --port 3000',
    yaml: `service: "service:svc"
name: {name}
include:
  - "*.py"
python:
  packages:
    - torch==2.6.0
    - transformers==4.51.3
models:
  - path: {path}
docker:
  python_version: "3.11"
  cuda_version: "12.4"
services:
  - name: {name}
    ports:
      - 3000
    livez: /livez
    readyz: /readyz
    resources:
      gpu: {gpus}
`,
  },
  Diffusers: {
    source: 'HuggingFace',
    image: 'registry.example.com/{arch}/diffusers:0.33.1',
    command: 'python3 app.py --model {path} --port 7860',
    yaml: `services:
  - name: {name}
    framework: Diffusers
    command: python3 app.py --model {path} --port 7860
    parameters:
      torch_dtype: bfloat16
      num_inference_steps: 28
    ports:
      - 7860
    livez: /healthz
    resources:
      gpu: {gpus}
`,
  },
} as const;

/** Ends of services' names, with their tags. */
export const uses = ['chat', 'search', 'support', 'translation', 'review', 'batch', 'test'];
export const stages = ['production', 'staging', 'experiment'];

/** Outcomes of deployments, in turn. */
export const outcomes = ['Running', 'Running', 'Failed', 'Running', 'Deploying', 'Running'];

/** Datasets: name, kind of data, MiB. */
export const datasets = [
  ['alpaca-cleaned', 'Text', 45],
  ['belle-2m-zh', 'Text', 1900],
  ['ceval-exam', 'Text', 6],
  ['gsm8k', 'Text', 9],
  ['aishell-1', 'Audio', 15_600],
  ['common-voice-zh', 'Audio', 21_000],
  ['coco-2017', 'Image', 25_500],
  ['imagenette', 'Image', 1500],
  ['taxi-trips', 'Tabular', 3100],
  ['electricity-load', 'TimeSeries', 260],
] as const;
