import type { ConsentSetting } from '../agent/clinic-consent.ts';
import type { VoiceProfile } from '../agent/clinic-profile.ts';
import type { EmergencyWatch } from '../agent/emergency-watch.ts';
import type { SpeechWatch } from '../agent/speech-watch.ts';
import type { ConversationToolbox } from '../agent/toolbox.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { CallFact } from './call-event.ts';
import type { CallIdentity } from './call-journal.ts';
import type { CallStore } from './call-record.ts';
import type { HangUpPhone } from './carrier.ts';
import type { EarlierMemory } from './conversation-memory.ts';
import type { ModelHealth } from './model-health.ts';
import type { Recorder } from './recorder.ts';
import type { SpokenPrompts } from './spoken-prompts.ts';
import type { KeepReadBack } from './spoken-words.ts';
import type { Want } from './turn.ts';
import type { OpenVoiceModel } from './voice-model.ts';

/** What one call is made of; `app.ts` puts it together. */
export interface CallParts {
  identity: Omit<CallIdentity, 'streamSid'>;
  voice: VoiceProfile;
  greeting: Want;
  openModel: OpenVoiceModel;
  /** The conversation this one goes on from: the model is told it before it speaks. */
  earlier?: EarlierMemory | undefined;
  toolbox: ConversationToolbox;
  watch: SpeechWatch;
  emergency: EmergencyWatch;
  /** In the words in which this call's greeting asks or tells. */
  consent: ConsentSetting;
  keepReadBack: KeepReadBack;
  /** Staff have the caller put through. @returns whether that destination exists and answers now */
  agreeTransfer: (destination: string) => boolean;
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
