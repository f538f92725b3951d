import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CodedError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { createPhraseCache } from './phrase-cache.ts';
import type { SpeakRequest, SynthesiserMessage, VoiceName } from './synthesiser-process.ts';

/** Brazilian Portuguese speech, made offline in a process of its own. Robotic, and faster than real time. */
export interface Synthesiser {
  /**
   * @returns μ-law at 8 kHz, −6 dBFS at its loudest, at most 40 ms of silence at either end; empty for a text without
   * sound. Rejects with `SANDBOX_UNAVAILABLE` or `DEADLINE_EXCEEDED`.
   */
  speak(text: string, voice?: VoiceName): Promise<Buffer>;
  close(): Promise<void>;
}

/** One phrase; at four times real time this is some 30 s of speech, far more than a sentence. */
const phraseDeadlineMs = 10_000;
/** Starting the process and loading 25 MB of voices: half a second, or many on a machine that is busy with tests. */
const startDeadlineMs = 30_000;
/** Phrases waiting for the one process: more than any demo or test asks at once. */
const longestQueue = 256;
/** Characters of one phrase, about two minutes of speech. */
const longestText = 2_000;
/** A phrase that was being made when the process died is tried once more, in a new one. */
const attemptsPerPhrase = 2;

interface Job {
  request: SpeakRequest;
  attempts: number;
  resolve(ulaw: Buffer): void;
  reject(error: CodedError): void;
}

export interface SynthesiserOptions {
  log: Log;
  /** Starts the process that speaks; tests start worse ones. */
  startProcess?: () => ChildProcess;
}

export function createSynthesiser(options: SynthesiserOptions): Synthesiser {
  const { log, startProcess = forkProcess } = options;
  const cache = createPhraseCache();
  const queue: Job[] = [];
  let child: ChildProcess | undefined;
  let isReady = false;
  let current: Job | undefined;
  let deadline: NodeJS.Timeout | undefined;
  let nextId = 1;
  let refusal: CodedError | undefined;
  let closed = false;

  function start(): ChildProcess {
    const started = startProcess();
    isReady = false;
    started.on('message', (message: SynthesiserMessage) => {
      if (started === child) receive(message);
    });
    // 'exit' alone is not enough: a process that could not be started only errors.
    for (const end of ['exit', 'error'] as const) started.on(end, () => lose(started));
    return started;
  }

  function receive(message: SynthesiserMessage): void {
    if (message.type === 'unavailable') {
      refusal = unavailable(message.missing);
      log.warn({ missing: message.missing }, 'the sandbox voice could not be loaded');
      settle((job) => job.reject(refusal ?? unavailable(true)));
      while (queue.length > 0) queue.shift()?.reject(refusal);
    }
    if (message.type === 'ready') {
      isReady = true;
      if (current) ask(current);
      return;
    }
    if (message.type === 'spoken' && message.id === current?.request.id)
      settle((job) => job.resolve(Buffer.from(message.ulaw)));
    if (message.type === 'failed' && message.id === current?.request.id)
      settle((job) => job.reject(new CodedError('SANDBOX_UNAVAILABLE', failed)));
    next();
  }

  function settle(end: (job: Job) => void): void {
    clearTimeout(deadline);
    const job = current;
    current = undefined;
    if (job) end(job);
  }

  function next(): void {
    const job = current ? undefined : queue.shift();
    if (!job || closed) return;
    current = job;
    job.attempts += 1;
    child ??= start();
    if (isReady) ask(job);
    else deadline = setTimeout(() => expire(job, startDeadlineMs), startDeadlineMs);
  }

  function ask(job: Job): void {
    clearTimeout(deadline);
    deadline = setTimeout(() => expire(job, phraseDeadlineMs), phraseDeadlineMs);
    child?.send(job.request, (error) => {
      if (error) log.debug('the sandbox voice process was gone before it was asked');
    });
  }

  function expire(job: Job, deadlineMs: number): void {
    const stuck = child;
    child = undefined;
    stuck?.kill('SIGKILL');
    log.warn({ deadlineMs }, 'the sandbox voice took too long and was stopped');
    settle(() =>
      job.reject(new CodedError('DEADLINE_EXCEEDED', `a phrase took longer than ${deadlineMs} ms`)),
    );
    next();
  }

  function lose(lost: ChildProcess): void {
    if (lost !== child) return;
    child = undefined;
    if (closed || refusal) return;
    log.warn({ exitCode: lost.exitCode }, 'the sandbox voice process died');
    settle((job) => {
      if (job.attempts < attemptsPerPhrase) queue.unshift(job);
      else job.reject(new CodedError('SANDBOX_UNAVAILABLE', failed));
    });
    next();
  }

  function enqueue(text: string, voice: VoiceName): Promise<Buffer> {
    if (closed) return refuse('the sandbox voice is closed');
    if (refusal) return Promise.reject(refusal);
    if (queue.length >= longestQueue) return refuse('too many phrases wait for the sandbox voice');
    return new Promise((resolve, reject) => {
      const request = { id: nextId++, text: speakable(text), voice };
      queue.push({ request, attempts: 0, resolve, reject });
      next();
    });
  }

  // Starting now, not at the first word, hides the start-up time behind everything else that starts.
  child = start();

  return {
    speak: (text, voice = 'agent') => cache.take(`${voice}:${text}`, () => enqueue(text, voice)),
    async close() {
      if (closed) return;
      closed = true;
      const error = new CodedError('SANDBOX_UNAVAILABLE', 'the sandbox voice is closed');
      settle((job) => job.reject(error));
      while (queue.length > 0) queue.shift()?.reject(error);
      await stop(child);
    },
  };
}

const failed = 'the sandbox voice could not speak a phrase';

const refuse = (message: string) => Promise.reject(new CodedError('SANDBOX_UNAVAILABLE', message));

function unavailable(missing: boolean): CodedError {
  return new CodedError(
    'SANDBOX_UNAVAILABLE',
    missing
      ? 'the sandbox voice is not installed: run `npm install` without `--omit=optional`'
      : 'the sandbox voice could not be loaded',
  );
}

/** The engine reads `<` and `&` as markup; a caller should never hear either. */
function speakable(text: string): string {
  return text
    .replace(/[<>&\p{Cc}]/gu, ' ')
    .slice(0, longestText)
    .trim();
}

/** The same file extension as this one: `.ts` under tsx, `.js` once compiled. */
function forkProcess(): ChildProcess {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const started = fork(
    fileURLToPath(new URL(`./synthesiser-process${extension}`, import.meta.url)),
    [],
    {
      // Not the parent's flags: its inspector port and profiler are not the child's. `tsx` is found from this folder.
      execArgv: extension === '.ts' ? ['--import', 'tsx'] : [],
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      // No settings and no secrets: it only turns text into sound.
      env: {},
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    },
  );
  // A forgotten synthesiser never holds the process; the deadline of a waiting phrase does.
  started.unref();
  started.channel?.unref();
  return started;
}

async function stop(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.ref();
  child.kill('SIGKILL');
  await ended;
}
