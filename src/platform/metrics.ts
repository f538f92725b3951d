import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** The few shapes of metric this system needs; label values never carry personal data. */
export interface Metrics {
  /** Adds one (or `by`) to a named counter. Unknown names and labels are a programming error and do not compile. */
  count<N extends CounterName>(name: N, labels?: CounterLabels<N>, by?: number): void;
  /** Sets a gauge. */
  set(name: GaugeName, value: number): void;
  /** Records a duration in seconds. */
  observe(name: HistogramName, seconds: number): void;
  /** Prometheus text. */
  render(): Promise<string>;
}

const counters = {
  webhook_rejected_total: ['A webhook or media upgrade without a valid signature', ['where']],
  webhook_duplicate_total: ['A webhook that was already answered', ['where']],
  stream_rejected_total: ['A media stream closed before any model session', ['reason']],
  frame_invalid_total: ['A carrier frame that was ignored', ['kind']],
  media_rate_limited_total: ['Caller frames dropped by the per-socket rate limit', []],
  media_gap_ms_total: ['Milliseconds of caller audio that never arrived and became silence', []],
  calls_total: ['Calls that ended, by reason', ['reason']],
  calls_shed_total: ['Calls answered with the fallback', ['reason']],
  barge_in_total: ['Times a caller spoke over the agent', ['outcome']],
  model_reconnect_total: ['Model sessions reopened within a call', ['ok']],
  model_error_total: ['Error events from the model', ['code']],
  model_frame_invalid_total: ['Model messages that could not be read', []],
  tool_calls_total: ['Tool calls', ['tool', 'outcome']],
  prompt_played_total: ['Shipped prompts played', ['prompt']],
  recording_failed_total: ['Recordings that stopped early', ['code']],
  recovered_calls_total: ['Calls repaired after a crash', []],
  appointments_total: ['Appointments booked, moved and cancelled', ['channel', 'what']],
  slot_conflict_total: ['Times that were offered and were taken before they were held', []],
  staff_requests_total: ['Requests written down for staff', ['kind']],
  authz_denied_total: ['Tool calls refused because it was not known who spoke', ['tool']],
  verification_codes_total: ['One-time codes, by what came of them', ['outcome']],
  emergencies_total: ['Dangers that callers’ words told of', ['kind']],
  recordings_deleted_total: ['Recordings deleted because the caller did not want them', []],
  promise_broken_total: ['Times the agent said something was done that was not', ['claim']],
  read_back_unheard_total: ['Bookings whose read-back nobody heard to its end', []],
  transfers_total: ['Wishes to speak with a person, by what came of them', ['kind', 'outcome']],
  transfer_token_refused_total: ['Webhooks of a transfer that is unknown or was answered', []],
  alarms_total: ['Alarms told to the operator', ['name']],
  observer_failed_total: ['Observers of a call that threw', []],
  outbound_calls_total: ['Calls placed', ['outcome']],
  contact_answers_total: ['Answers to calls of ours about an appointment', ['answer']],
  text_messages_total: ['Messages of text channels', ['channel', 'what']],
  text_model_failures_total: ['Replies in writing that the model did not give', []],
  jobs_total: ['Jobs of the queue, by what became of them', ['kind', 'outcome']],
  browser_reports_total: [
    'Reports of browsers that a page’s policy kept something from happening',
    [],
  ],
  opt_outs_total: ['Callers who asked not to be contacted any more', ['channel']],
  tx_dropped_ms_total: ['Agent audio dropped because the carrier did not read', []],
} as const satisfies Record<string, readonly [string, readonly string[]]>;

const gauges = {
  calls_live: 'Calls in progress',
  calls_draining: '1 while the process refuses new calls',
  model_available: '0 while new calls are sent to the fallback because the model is out of reach',
} as const;

const histograms = {
  first_audio_seconds: 'Stream start to first agent audio',
  reply_seconds: 'End of the caller’s speech to first agent audio',
  barge_in_seconds: 'Speech started to clear sent',
  tool_seconds: 'Tool run time',
  webhook_seconds: 'Time to answer a webhook',
} as const;

export type CounterName = keyof typeof counters;
export type CounterLabels<N extends CounterName> = Partial<
  Record<(typeof counters)[N][1][number], string>
>;
export type GaugeName = keyof typeof gauges;
export type HistogramName = keyof typeof histograms;

const buckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const byName = new Map<string, Counter | Gauge | Histogram>();
  for (const [name, [help, labelNames]] of Object.entries(counters)) {
    byName.set(name, new Counter({ name, help, labelNames: [...labelNames], registers }));
  }
  for (const [name, help] of Object.entries(gauges))
    byName.set(name, new Gauge({ name, help, registers }));
  for (const [name, help] of Object.entries(histograms)) {
    byName.set(name, new Histogram({ name, help, buckets, registers }));
  }
  return {
    count: (name, labels = {}, by = 1) => (byName.get(name) as Counter).inc(labels, by),
    set: (name, value) => (byName.get(name) as Gauge).set(value),
    observe: (name, seconds) => (byName.get(name) as Histogram).observe(seconds),
    render: () => registry.metrics(),
  };
}
