import type { Metrics } from '../platform/metrics.ts';
import type { AgentVoice } from './agent-voice.ts';
import type { CallFact } from './call-event.ts';
import type { CallJournal } from './call-journal.ts';
import type { CallTimings } from './call-timings.ts';
import type { CallTools } from './call-tools.ts';
import type { CallTranscript } from './call-transcript.ts';
import { type EarlierMemory, restoreConversation } from './conversation-memory.ts';
import type { ModelLinkListener } from './model-link.ts';
import type { TurnEvent } from './turn.ts';

/** The model comes, goes and comes back: what that does to a call. */
export function createModelPresence(parts: {
  agent: AgentVoice;
  transcript: CallTranscript;
  tools: CallTools;
  timings: CallTimings;
  journal: () => CallJournal | undefined;
  /** What was said before a transfer that nobody took. */
  earlier?: EarlierMemory | undefined;
  metrics: Pick<Metrics, 'count'>;
  tell: (fact: CallFact, atMs: number) => void;
  dispatch: (event: TurnEvent) => void;
  nowMs: () => number;
}): ModelLinkListener {
  const { agent, transcript, tools, timings, journal, metrics, tell, dispatch, nowMs } = parts;
  return {
    renewing: (model) => restoreConversation(model, transcript, tools.notes, parts.earlier),
    ready(renewed) {
      if (renewed) {
        journal()?.note((record) => {
          record.modelReconnects += 1;
        });
        metrics.count('model_reconnect_total', { ok: 'true' });
        tell({ type: 'model-restored' }, nowMs());
      }
      dispatch({ type: 'model-restored' });
    },
    lost() {
      timings.sessionLost();
      agent.sessionLost();
      tell({ type: 'model-lost' }, nowMs());
      dispatch({ type: 'model-lost' });
    },
    gaveUp(fatal) {
      metrics.count('model_reconnect_total', { ok: 'false' });
      dispatch({ type: 'model-gave-up', fatal });
    },
  };
}
