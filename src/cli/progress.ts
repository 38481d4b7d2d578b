import type { CopyProgress } from '../store/transfer.ts';

/** The stream to which progress is written. */
export interface Terminal {
  isTerminal: boolean;
  /** Width in characters. */
  columns: number;
  write: (text: string) => void;
}

const BAR_CELLS = 12;
/** Milliseconds between two updates of the progress bar. */
const REDRAW_MS = 100;
const MS_PER_SECOND = 1000;
const TO_LINE_START = '\r\u001b[K';

/** Shows the progress of a copy: by a bar on a terminal, otherwise by one line for each table. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #clock: () => number;
  readonly #startedAt: number;
  #drawnAt = 0;
  #hasLine = false;
  #last: CopyProgress | undefined;
  /** Number of rows copied plus number of rows compared. */
  #done = 0;

  constructor(terminal: Terminal, clock: () => number) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.#startedAt = clock();
  }

  readonly show = (step: CopyProgress): void => {
    const last = this.#last;
    const continues = last?.table === step.table && last.phase === step.phase;
    this.#done += step.rows - (continues ? last.rows : 0);
    this.#last = step;
    if (!this.#terminal.isTerminal) {
      if (last && last.table !== step.table) this.#printTable(last);
    } else if (this.#clock() - this.#drawnAt >= REDRAW_MS) this.#draw(step);
  };

  /** Prints the last table's line, or removes the bar. */
  end(): void {
    if (this.#hasLine) this.#terminal.write(TO_LINE_START);
    else if (this.#last && !this.#terminal.isTerminal) this.#printTable(this.#last);
  }

  #printTable({ table, rows, phase }: CopyProgress): void {
    const done = phase === 'compared' ? 'copied and compared' : 'copied';
    this.#terminal.write(`${table}: ${rows} rows ${done}\n`);
  }

  #draw({ table, rows, total, phase }: CopyProgress): void {
    // Each row is copied, and then compared.
    const part = this.#done / 2 / total;
    const seconds = Math.max(this.#clock() - this.#startedAt, 1) / MS_PER_SECOND;
    const bar = '#'.repeat(Math.floor(part * BAR_CELLS)).padEnd(BAR_CELLS, '.');
    const percent = String(Math.floor(part * 100)).padStart(3);
    const rate = Math.round(this.#done / 2 / seconds);
    const line = `[${bar}] ${percent} % ${table}: ${rows} rows ${phase}, ${rate} rows/s`;
    this.#terminal.write(TO_LINE_START + line.slice(0, this.#terminal.columns - 1));
    this.#drawnAt = this.#clock();
    this.#hasLine = true;
  }
}
