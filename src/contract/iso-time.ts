import { invalidArgument } from './errors.ts';
import { Refine, text, typedAs } from './schemas/types.ts';

/** The last moment of the year 9999, in milliseconds. */
const MAX_TIME_MS = 253_402_300_799_999;

/** A time as ISO 8601, read as milliseconds: unlike the wire's dates it has these, and says its zone. */
export const isoTime = (description: string) =>
  typedAs<number>(
    text(`${description}, as ISO 8601 with its zone.`, {
      [Refine]: (value: string, field: string) => {
        const isIso = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(
          value,
        );
        const [day = ''] = value.split('T', 1);
        // The runtime takes February 30 for March 2.
        const isDay = isIso && new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day);
        const milliseconds = isDay ? Date.parse(value) : Number.NaN;
        if (milliseconds >= 0 && milliseconds <= MAX_TIME_MS) return milliseconds;
        throw invalidArgument(`field[${field}] must be a time such as 2025-11-25T11:51:50.000Z`);
      },
    }),
  );
