import type { Probe } from './probes/probe.ts';
import { queries } from './probes/queries.ts';
import { replies } from './probes/replies.ts';
import { resources } from './probes/resources.ts';
import { values } from './probes/values.ts';
import { yaml } from './probes/yaml.ts';

/** What `compare` asks, about each decision of docs/fidelity.md that can be seen from outside. */
export const probes: readonly Probe[] = [...replies, ...values, ...yaml, ...resources, ...queries];
