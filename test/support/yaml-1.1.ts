import { spawnSync } from 'node:child_process';

/** Prints, for each text of a JSON list, its value as PyYAML reads it, or null. */
const PROGRAM = `
import json, sys, yaml
def load(text):
    try: return {"value": yaml.safe_load(text)}
    except yaml.YAMLError as error: return {"error": str(error)}
json.dump([load(text) for text in json.load(sys.stdin)], sys.stdout, default=str, skipkeys=True)
`;

export type Yaml11 = { value: unknown; error?: undefined } | { value?: undefined; error: string };

/**
 * Reads texts by PyYAML, which knows YAML 1.1 alone.
 * @returns undefined where it is not installed
 */
export function readYaml11(texts: string[]): Yaml11[] | undefined {
  if (spawnSync('python3', ['-c', 'import yaml']).status !== 0) {
    console.info('PyYAML is not installed: nothing was read as YAML 1.1');
    return undefined;
  }
  const { stdout, stderr } = spawnSync('python3', ['-c', PROGRAM], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout);
}
