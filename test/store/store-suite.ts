import { describe } from 'vitest';
import type { OpenStore } from '../support/stores.ts';
import { describeBindings } from './suite/bindings.ts';
import { describeCenters } from './suite/centers.ts';
import { describeDeleting } from './suite/deleting.ts';
import { describeJobs } from './suite/jobs.ts';
import { describeModels } from './suite/models.ts';
import { describeResources } from './suite/resources.ts';
import { describeSeeding } from './suite/seeding.ts';
import { describeServices } from './suite/services.ts';
import { describeSessions } from './suite/sessions.ts';
import { describeTags } from './suite/tags.ts';
import { describeWrites } from './suite/writes.ts';

/** The suite of every store. */
export function describeStore(name: string, open: OpenStore): void {
  describe(`the store on ${name}`, () => {
    describeResources(open);
    describeServices(open);
    describeModels(open);
    describeCenters(open);
    describeBindings(open);
    describeDeleting(open);
    describeTags(open);
    describeWrites(open);
    describeSessions(open);
    describeJobs(open);
    describeSeeding(open);
  });
}
