import { createHash } from 'node:crypto';
import type { ClinicProfile } from './agent/clinic-profile.ts';
import { greetingFor, instructionsFor } from './agent/persona.ts';
import type { Reception } from './agent/reception.ts';
import { announcedConsent } from './agent/recording-notice.ts';
import type { ToolDefinition } from './agent/tool.ts';
import { createToolbox } from './agent/toolbox.ts';
import { type AnnouncedCall, identityOf } from './call/announced-call.ts';
import { Call } from './call/call.ts';
import type { CallLists } from './call/call-lists.ts';
import type { CallStore } from './call/call-record.ts';
import type { LiveCalls } from './call/live-calls.ts';
import type { ModelHealth } from './call/model-health.ts';
import type { OperatorWatch } from './call/operator-watch.ts';
import { createRecorder } from './call/recorder.ts';
import type { SpokenPrompts } from './call/spoken-prompts.ts';
import type { Transfers } from './call/transfers.ts';
import type { OpenVoiceModel } from './call/voice-model.ts';
import type { Config } from './config.ts';
import { openRealtimeSession } from './openai/realtime-session.ts';
import type { Outside } from './outside.ts';
import type { Clock } from './platform/clock.ts';
import { createId } from './platform/id.ts';
import type { Log } from './platform/log.ts';
import type { Metrics } from './platform/metrics.ts';
import type { TwilioRest } from './twilio/rest-client.ts';

interface CallFactoryParts {
  config: Pick<Config, 'OPENAI_REALTIME_MODEL' | 'OPENAI_TRANSCRIPTION_MODEL' | 'RECORDINGS_DIR'>;
  outside: Pick<Outside, 'realtimeUrl' | 'openaiKey'>;
  reception: Reception;
  transfers: Transfers;
  operator: OperatorWatch;
  lists: Pick<CallLists, 'contactOf'>;
  store: CallStore;
  endCall: TwilioRest['endCall'];
  prompts: SpokenPrompts;
  health: ModelHealth;
  live: LiveCalls;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

/** Puts one call together: what it says first, what it may do, where it is recorded. A part of `app.ts`. */
export function createCallFactory(parts: CallFactoryParts): (announced: AnnouncedCall) => Call {
  const { config, outside, reception, transfers, operator, lists, clock, log, metrics } = parts;
  const directory = config.RECORDINGS_DIR;
  return (announced) => {
    const { clinic, direction, purpose, from, to, row, earlier } = announced;
    const id = createId();
    const callLog = log.child({ callId: id, clinic: clinic.id });
    const caller = direction === 'outbound' ? to : from;
    const callerE164 = caller === 'unknown' ? {} : { callerE164: caller };
    const stated = purpose ? { purpose } : {};
    const contact = row && lists.contactOf(row);
    const about = contact ? { contact } : {};
    const desk = reception.open({ clinic, id, ...about, earlier: earlier?.carried });
    const toolbox = createToolbox({
      tools: desk.tools,
      context: {
        clinic,
        channel: 'voice',
        conversationId: id,
        positionMs: () => call.positionMs(),
        ...callerE164,
      },
      clock,
      log: callLog,
      metrics,
      onLateEffect: (effect) => call.lateEffect(effect),
    });
    const model = clinic.voice.model ?? config.OPENAI_REALTIME_MODEL;
    const openModel: OpenVoiceModel = (listener) =>
      openRealtimeSession(listener, {
        url: outside.realtimeUrl,
        apiKey: outside.openaiKey,
        model,
        settings: {
          ...modelSettings(clinic, toolbox.definitions),
          instructions: instructionsFor({
            clinic,
            channel: 'voice',
            nowMs: clock.wallMs(),
            direction,
            ...stated,
            ...about,
            ...callerE164,
          }),
          transcription: { model: config.OPENAI_TRANSCRIPTION_MODEL, language: 'pt' },
        },
        safetyIdentifier: createHash('sha256').update(`${clinic.id}:${caller}`).digest('hex'),
        log: callLog,
        metrics,
      });
    const call: Call = new Call({
      identity: { ...identityOf(announced, id), model },
      voice: clinic.voice,
      greeting: {
        why: 'greeting',
        instructions: `Diga exatamente, sem acrescentar nada: «${earlier?.say ?? greetingFor({ clinic, direction, ...stated, ...about })}»`,
      },
      openModel,
      earlier,
      toolbox,
      watch: desk.watch,
      emergency: desk.emergency,
      consent: announcedConsent(clinic, direction),
      keepReadBack: desk.keepReadBack,
      agreeTransfer: (to) => !announced.softphone && desk.agreeTransfer(to),
      openRecorder: (stem) =>
        operator.mayRecord()
          ? createRecorder({
              directory,
              stem,
              clock,
              log: callLog,
              metrics,
              onFailed: (code) => operator.alarms.raise('recording-failed', { cause: code }),
            })
          : undefined,
      store: parts.store,
      prompts: parts.prompts,
      hangUpPhone: async (sid, reason) => {
        // No telephone line to end or to join: closing the stream is the end.
        if (announced.softphone) return 'failed';
        if (reason !== 'transferred') return parts.endCall(sid);
        return transfers.begin({ announced, id, desk, ended: call.ended });
      },
      health: parts.health,
      clock,
      log: callLog,
      metrics,
      tell: (fact, atMs) => parts.live.tell({ ...fact, callId: id, clinicId: clinic.id, atMs }),
    });
    void call.ended.then(() => desk.close());
    return call;
  };
}

function modelSettings(clinic: ClinicProfile, tools: ToolDefinition[]) {
  const { voice, speed, noiseReduction, reasoningEffort, maxOutputTokens, turnDetection } =
    clinic.voice;
  return { voice, speed, noiseReduction, reasoningEffort, maxOutputTokens, turnDetection, tools };
}
