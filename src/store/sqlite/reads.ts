import type Database from 'better-sqlite3';
import type { Kind } from '../../contract/schemas/fields.ts';
import type { Condition, IsWanted, PageQuery, Store } from '../../domain/dependencies.ts';
import type { Records } from '../../domain/records.ts';
import type { Answer, Question } from './engine/answers.ts';
import type { Turns } from './engine/batcher.ts';
import { PageCache } from './engine/page-cache.ts';
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
export function createListing(
  client: Database.Database,
  { turns, records, answer, files, readers }: Parts,
): Listing {
  const { read } = turns;
  const pages = new PageCache(client);
  turns.beforeReads = pages.renew;
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
    const key = JSON.stringify([kind, query, fields]);
    const { rows, toRecord } = records.page(kind, fields);
    const pageOf = (answered: unknown[]) =>
      (answered as unknown[][]).map(toRecord) as unknown as Listed[];
    const found = await read(() => {
      const known = pages.find<Listed[]>(key);
      if (known) return known;
      const { version } = pages;
      const question = { ...pageQuestion(kind, query), rows };
      const answered = answerOrReader(question);
      if (answered instanceof Reader) return { reader: answered, question, version };
      return pages.keep(key, version, pageOf(answered));
    }, isWanted);
    if (Array.isArray(found)) return found;
    const { reader, question, version } = found;
    const page = pageOf(await reader.ask(question));
    return read(() => pages.keep(key, version, page), isWanted);
  }

  async function count(kind: Kind, conditions: readonly Condition[]): Promise<number> {
    const question = countQuestion(kind, conditions);
    const answered = await read(() => answerOrReader(question));
    const [found] = answered instanceof Reader ? await answered.ask(question) : answered;
    return found as number;
  }

  function find<K extends Kind>(
    kind: K,
    uuid: string,
    isWanted?: IsWanted,
  ): Promise<Records[K] | undefined> {
    const key = `${kind} ${uuid}`;
    return read(() => {
      const [known] = pages.find<[Records[K]]>(key) ?? [];
      const record = known ?? records.find(kind, uuid);
      if (record && !known) pages.keep(key, pages.version, [record]);
      return record;
    }, isWanted);
  }

  return {
    find,
    list: (kind, query, isWanted) => list(kind, query, undefined, isWanted),
    listFields: list,
    count,
  };
}
