import type { Kind } from '../../contract/schemas/fields.ts';
import type { Condition, IsWanted, PageQuery, Store } from '../../domain/dependencies.ts';
import type { Answer, Question } from './engine/answers.ts';
import type { Turns } from './engine/batcher.ts';
import { Reader } from './engine/reader.ts';
import type { Readers } from './engine/readers.ts';
import type { OpenFiles } from './file/identity.ts';
import { countQuestion, pageQuestion } from './queries.ts';
import type { CompiledRecords } from './records.ts';

interface Parts {
  turns: Turns;
  records: CompiledRecords;
  answer: Answer;
  files: OpenFiles;
  /** What may take long is left to; without them everybody waits. */
  readers: Readers | undefined;
}

type Listing = Pick<Store, 'find' | 'list' | 'listFields' | 'count'>;

/** What finds, lists and counts resources. */
export function createListing({ turns, records, answer, files, readers }: Parts): Listing {
  const { read } = turns;
  /** The answer, or the reader to ask where it may take long. */
  const answerOrReader = (question: Question) => {
    const reader = readers?.for(question);
    // It would open what is in the file's place.
    return reader && files.areInPlace ? reader : answer(question);
  };

  async function list<Listed extends object>(
    kind: Kind,
    query: PageQuery,
    fields?: readonly string[],
    isWanted?: IsWanted,
  ): Promise<Listed[]> {
    const { rows, toRecord } = records.page(kind, fields);
    const question = { ...pageQuestion(kind, query), rows };
    const found = await read(() => answerOrReader(question), isWanted);
    const answered = found instanceof Reader ? await found.ask(question) : found;
    return (answered as unknown[][]).map(toRecord) as unknown as Listed[];
  }

  async function count(kind: Kind, conditions: readonly Condition[]): Promise<number> {
    const question = countQuestion(kind, conditions);
    const answered = await read(() => answerOrReader(question));
    const [found] = answered instanceof Reader ? await answered.ask(question) : answered;
    return found as number;
  }

  return {
    find: (kind, uuid, isWanted) => read(() => records.find(kind, uuid), isWanted),
    list: (kind, query, isWanted) => list(kind, query, undefined, isWanted),
    listFields: list,
    count,
  };
}
