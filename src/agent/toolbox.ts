import { createHash } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type {
  PreparedTool,
  Refusal,
  Tool,
  ToolAnswer,
  Toolbox,
  ToolCall,
  ToolContext,
  ToolEffect,
  ToolResult,
} from './tool.ts';

/** What a model may spend of a conversation's tools. A model in a loop meets these, a caller never does. */
export interface ToolLimits {
  /** Calls that reach a tool, in one conversation. */
  callsPerConversation: number;
  /** Calls within one turn of the caller, or within a minute when nobody reports turns. */
  callsPerTurn: number;
  /** Times that one tool may be called with the same arguments in one conversation. */
  sameCalls: number;
  /** After this the model is told `timeout`; the work itself goes on. */
  deadlineMs: number;
  /** Largest arguments that are read. */
  argumentBytes: number;
  /** Largest output handed to the model: it reads every byte of it aloud or pays for it. */
  outputBytes: number;
}

export const toolLimits: Readonly<ToolLimits> = {
  callsPerConversation: 60,
  callsPerTurn: 8,
  sameCalls: 5,
  deadlineMs: 8_000,
  argumentBytes: 64 * 1024,
  outputBytes: 8 * 1024,
};

/** The turn's window closes by itself after this, so that a conversation without reported turns is not locked out. */
const turnWindowMs = 60_000;

/** Results remembered by call id. Calls beyond it are all refused alike, so that memory stays bounded in a storm. */
const mostRememberedCalls = 1_000;

/** Characters kept of arguments that no tool accepted. */
const keptRawArguments = 2_000;

export interface ToolboxOptions {
  tools: readonly Tool[];
  context: Omit<ToolContext, 'clock' | 'callerTurn'>;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  limits?: Partial<ToolLimits>;
  /** Turns of the caller before this toolbox was made, in a conversation that goes on after a pause. */
  earlierTurns?: number;
  /** A tool succeeded after its deadline: its effect is real although the model heard `timeout`. */
  onLateEffect?(effect: ToolEffect, call: { callId: string; name: string }): void;
}

/** The tools of one conversation, guarded against whatever a model may send. */
export interface ConversationToolbox extends Toolbox {
  /** The caller has spoken: the turn's budget begins anew. */
  startTurn(): void;
}

export function createToolbox(options: ToolboxOptions): ConversationToolbox {
  const { clock, metrics } = options;
  const limits: ToolLimits = { ...toolLimits, ...options.limits };
  const tools = new Map(options.tools.map((tool) => [tool.definition.name, tool]));
  const remembered = new Map<string, Promise<ToolResult>>();
  const budget = createBudget(limits, clock);
  let callerTurns = options.earlierTurns ?? 0;
  const runTool = createRunner({ ...options, limits, callerTurn: () => callerTurns });

  function result(call: ToolCall, outcome: ToolResult['outcome'], rest: Partial<ToolResult>) {
    const tool = tools.has(call.name) ? call.name : 'unknown';
    const durationMs = rest.durationMs ?? 0;
    metrics.count('tool_calls_total', { tool, outcome });
    metrics.observe('tool_seconds', durationMs / 1_000);
    return {
      name: call.name,
      callId: call.callId,
      outcome,
      durationMs,
      effects: [],
      output: '{"ok":false}',
      arguments: call.argumentsJson.slice(0, keptRawArguments),
      ...rest,
    } satisfies ToolResult;
  }

  function refuse(call: ToolCall, refusal: Refusal): Promise<ToolResult> {
    return Promise.resolve(result(call, 'refused', { output: JSON.stringify(refusal) }));
  }

  function start(call: ToolCall): Promise<ToolResult> {
    const overTurn = budget.takeTurn();
    if (overTurn) return refuse(call, overTurn);
    const tool = tools.get(call.name);
    if (!tool) return refuse(call, unknownTool);
    const prepared = prepare(tool, call.argumentsJson, limits.argumentBytes);
    if (!prepared.accepted) return refuse(call, prepared.refusal);
    const overRun = budget.takeRun(call.name, prepared.arguments);
    if (overRun) return refuse(call, overRun);
    return runTool(call, prepared).then(({ outcome, ...rest }) =>
      result(call, outcome, { ...rest, arguments: prepared.arguments }),
    );
  }

  return {
    definitions: options.tools.map((tool) => tool.definition),
    startTurn() {
      callerTurns += 1;
      budget.startTurn();
    },
    run(call) {
      const known = remembered.get(call.callId);
      if (known !== undefined) return known;
      if (remembered.size >= mostRememberedCalls) return refuse(call, tooManyCalls);
      const running = start(call);
      remembered.set(call.callId, running);
      return running;
    },
  };
}

const unknownTool: Refusal = {
  ok: false,
  code: 'unknown-tool',
  message: 'Essa ferramenta não existe. Use só as ferramentas desta conversa.',
};

const tooManyCalls: Refusal = {
  ok: false,
  code: 'too-many-calls',
  message:
    'Chamadas demais a ferramentas. Não tente de novo agora: continue a conversa e, se for preciso, indique a recepção.',
};

const repeatedCall: Refusal = {
  ok: false,
  code: 'repeated-call',
  message: 'Essa mesma chamada já foi feita várias vezes. Use a resposta que já recebeu.',
};

/** Counts what the model spends. Each `take…` answers the refusal when there is nothing left. */
function createBudget(limits: ToolLimits, clock: Clock) {
  let runs = 0;
  let turn = { startedAtMs: clock.monotonicMs(), calls: 0 };
  const sameCalls = new Map<string, number>();
  const startTurn = () => {
    turn = { startedAtMs: clock.monotonicMs(), calls: 0 };
  };
  return {
    startTurn,
    takeTurn(): Refusal | undefined {
      if (clock.monotonicMs() - turn.startedAtMs >= turnWindowMs) startTurn();
      turn.calls += 1;
      return turn.calls > limits.callsPerTurn ? tooManyCalls : undefined;
    },
    takeRun(name: string, argumentsValue: unknown): Refusal | undefined {
      if (runs >= limits.callsPerConversation) return tooManyCalls;
      const key = callKey(name, argumentsValue);
      const times = (sameCalls.get(key) ?? 0) + 1;
      if (times > limits.sameCalls) return repeatedCall;
      sameCalls.set(key, times);
      runs += 1;
      return undefined;
    },
  };
}

/** Equal for equal name and arguments, whatever the order in which a flat object's keys came. */
function callKey(name: string, argumentsValue: unknown): string {
  const sorted = Object.entries(argumentsValue ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([name, sorted]))
    .digest('base64');
}

function prepare(tool: Tool, argumentsJson: string, mostBytes: number): PreparedTool {
  const invalid = (message: string): PreparedTool => ({
    accepted: false,
    refusal: { ok: false, code: 'invalid-arguments', message },
  });
  if (Buffer.byteLength(argumentsJson) > mostBytes) return invalid('argumentos grandes demais');
  let poisoned = false;
  try {
    const value: unknown = JSON.parse(argumentsJson.trim() || '{}', (key, inner) => {
      if (key === '__proto__' || key === 'constructor' || key === 'prototype') poisoned = true;
      return inner;
    });
    return poisoned ? invalid('argumentos com campos proibidos') : tool.prepare(value);
  } catch {
    return invalid('os argumentos não são JSON válido');
  }
}

type Run = Pick<ToolResult, 'outcome' | 'output' | 'durationMs' | 'effects'>;
type Accepted = Extract<PreparedTool, { accepted: true }>;

const failedOutput = JSON.stringify({
  ok: false,
  code: 'failed',
  message:
    'Não consegui concluir isso no sistema agora. Não diga que deu certo: peça desculpas e ofereça tentar de novo ou falar com a recepção.',
});

const timeoutOutput = JSON.stringify({
  ok: false,
  code: 'timeout',
  message:
    'O sistema demorou demais e ainda não respondeu. Não diga que deu certo nem que deu errado: explique que está demorando e ofereça tentar de novo.',
});

/** Runs an accepted call against the deadline; what arrives afterwards is logged, counted and reported, never lost. */
function createRunner(options: ToolboxOptions & { limits: ToolLimits; callerTurn(): number }) {
  const { clock, log, metrics, limits } = options;
  const given = options.context;
  const context: ToolContext = {
    ...given,
    clock,
    positionMs: () => given.positionMs(),
    callerTurn: () => options.callerTurn(),
  };

  function finish(call: ToolCall, answer: ToolAnswer): Omit<Run, 'durationMs'> {
    const output = boundedOutput(answer.output, limits.outputBytes);
    if (output === undefined) {
      log.error({ tool: call.name }, 'a tool gave an output that is not JSON');
      return { outcome: 'failed', output: failedOutput, effects: answer.effects ?? [] };
    }
    return { outcome: answer.outcome, output, effects: answer.effects ?? [] };
  }

  function reportLate(call: ToolCall, answer: ToolAnswer): void {
    const { callId, name } = call;
    log.warn({ tool: name, outcome: answer.outcome }, 'a tool finished after its deadline');
    metrics.count('tool_calls_total', { tool: name, outcome: 'late' });
    for (const effect of answer.effects ?? []) {
      try {
        options.onLateEffect?.(effect, { callId, name });
      } catch (err) {
        log.error({ err }, 'the observer of a late tool effect failed');
      }
    }
  }

  return function run(call: ToolCall, prepared: Accepted): Promise<Run> {
    const startedAtMs = clock.monotonicMs();
    return new Promise((resolve) => {
      let answered = false;
      const answer = (run: Omit<Run, 'durationMs'>) => {
        answered = true;
        clearTimeout(timer);
        resolve({ ...run, durationMs: clock.monotonicMs() - startedAtMs });
      };
      const timer = setTimeout(() => {
        log.warn({ tool: call.name }, 'a tool did not finish within its deadline');
        answer({ outcome: 'timeout', output: timeoutOutput, effects: [] });
      }, limits.deadlineMs);
      const work = async () => {
        try {
          const result = await prepared.run(context);
          if (answered) reportLate(call, result);
          else answer(finish(call, result));
        } catch (err) {
          log.error({ tool: call.name, err, late: answered }, 'a tool failed');
          if (!answered) answer({ outcome: 'failed', output: failedOutput, effects: [] });
        }
      };
      void work();
    });
  };
}

/** The output as JSON within the limit; undefined when it is no JSON at all. What was done stays done: `ok` is kept. */
function boundedOutput(output: ToolAnswer['output'], mostBytes: number): string | undefined {
  try {
    const json = JSON.stringify(output);
    if (Buffer.byteLength(json) <= mostBytes) return json;
    return JSON.stringify({
      ok: output.ok,
      code: 'output-too-large',
      message: 'A resposta era grande demais e foi omitida. Peça algo mais específico.',
    });
  } catch {
    return undefined;
  }
}
