import type { VoiceProfile } from '../agent/clinic-profile.ts';
import type { ConversationToolbox } from '../agent/toolbox.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { CallFact } from './call-event.ts';
import type { CallIdentity } from './call-journal.ts';
import type { CallStore } from './call-record.ts';
import type { HangUpPhone } from './carrier.ts';
import type { ModelHealth } from './model-health.ts';
import type { Recorder } from './recorder.ts';
import type { SpokenPrompts } from './spoken-prompts.ts';
import type { Want } from './turn.ts';
import type { OpenVoiceModel } from './voice-model.ts';

/** What one call is made of; `app.ts` puts it together. */
export interface CallParts {
  identity: Omit<CallIdentity, 'streamSid'>;
  voice: VoiceProfile;
  greeting: Want;
  openModel: OpenVoiceModel;
  toolbox: ConversationToolbox;
  openRecorder: (stem: string) => Recorder | undefined;
  store: CallStore;
  prompts: SpokenPrompts;
  hangUpPhone: HangUpPhone;
  health: ModelHealth;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  tell: (fact: CallFact, atMs: number) => void;
}
