import type { Clock } from '../platform/clock.ts';
import { createId } from '../platform/id.ts';
import type { Log } from '../platform/log.ts';
import { createSandboxCarrier, type SandboxCarrier } from './carrier.ts';
import { createPatient } from './patient.ts';
import { answeringScript } from './patient-scripts.ts';
import { createPhrasebook, type Phrasebook } from './phrasebook.ts';
import { createPlayedPatients, type PlayedPatients } from './played-patients.ts';
import { startSandboxRealtime } from './realtime-server.ts';
import type { SentMessage } from './rest-messages.ts';
import { startSandboxTwilioRest } from './rest-server.ts';
import { createSynthesiser, type Synthesiser } from './synthesiser.ts';
import { type SandboxTextModel, startSandboxTextModel } from './text-model-server.ts';
import type { WhatsappNetwork } from './whatsapp-network.ts';

/** Everything outside the product, played on loopback: the model, the telephone company, the people. */
export interface Sandbox {
  realtimeUrl: string;
  /** REST: the model that writes, transcriptions. */
  openaiUrl: string;
  twilioUrl: string;
  accountSid: string;
  authToken: string;
  phoneNumber: string;
  carrier: SandboxCarrier;
  synthesiser: Synthesiser;
  phrasebook: Phrasebook;
  /** For the softphone. */
  patients: PlayedPatients;
  /** What was sent to telephones, newest last. */
  messages: readonly SentMessage[];
  /** People who write by WhatsApp. */
  whatsapp: WhatsappNetwork;
  textModel: SandboxTextModel;
  close(): Promise<void>;
}

const phoneNumber = '+558835430000';
/** Between two words of a written answer, so that streaming is seen. */
const wordPaceMs = 8;

/** @throws SANDBOX_UNAVAILABLE when the optional packages are missing. */
export async function openSandbox(parts: { clock: Clock; log: Log }): Promise<Sandbox> {
  const { clock, log } = parts;
  const accountSid = 'AC00000000000000000000000000000000';
  const authToken = createId();
  const synthesiser = createSynthesiser({ log });
  const phrasebook = createPhrasebook();
  const model = await startSandboxRealtime({ synthesiser, phrasebook, clock, log });
  const textModel = await startSandboxTextModel({ clock, paceMs: wordPaceMs });
  const carrier = createSandboxCarrier({ accountSid, phoneNumber, clock, log });
  const rest = await startSandboxTwilioRest({
    carrier,
    accountSid,
    authToken,
    clock,
    log,
    // Of the second clinic that is shipped.
    ownNumbers: ['+551155550100'],
    // Whoever is called from the sandbox is a patient who answers and confirms.
    answerWith: (call) => {
      const { done } = createPatient({
        call,
        synthesiser,
        phrasebook,
        script: answeringScript,
        clock,
        log,
      });
      done.catch((err) => log.warn({ err }, 'sandbox patient failed'));
      return 'answer';
    },
  });
  return {
    realtimeUrl: model.url,
    openaiUrl: textModel.url,
    textModel,
    twilioUrl: rest.url,
    accountSid,
    authToken,
    phoneNumber,
    carrier,
    synthesiser,
    phrasebook,
    patients: createPlayedPatients({ synthesiser, phrasebook, clock, log }),
    messages: rest.messages,
    whatsapp: rest.whatsapp,
    async close() {
      await carrier.close();
      await Promise.all([rest.close(), model.close(), textModel.close(), synthesiser.close()]);
    },
  };
}
