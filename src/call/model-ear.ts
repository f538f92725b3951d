import type { AgentVoice } from './agent-voice.ts';
import type { ModelUsage } from './call-record.ts';
import type { CallTimings } from './call-timings.ts';
import type { CallTools } from './call-tools.ts';
import type { CallTranscript } from './call-transcript.ts';
import type { SpokenWords } from './spoken-words.ts';
import type { TurnEvent } from './turn.ts';
import type { VoiceModelListener } from './voice-model.ts';

/** Replies remembered, so that audio of one that was announced late is told from audio of one that is over. */
const rememberedReplies = 50;

type Said<Name extends keyof VoiceModelListener> = Parameters<VoiceModelListener[Name]>[0];

export interface ModelEarParts {
  agent: AgentVoice;
  transcript: CallTranscript;
  tools: CallTools;
  timings: CallTimings;
  words: SpokenWords;
  usage: (usage: ModelUsage) => void;
  dispatch: (event: TurnEvent) => void;
  admit: (responseId: string) => 'play' | 'hold' | 'drop';
  /** Tag of the reply that was asked for last. */
  askTag: () => string;
  /** A person speaks in the agent's place. */
  isHeld: () => boolean;
  /** It was asked for and has not begun. */
  isAwaited: () => boolean;
  /** Milliseconds on the recording's clock. */
  nowMs: () => number;
  endpointingMs: number;
  callerTurnBegan: () => void;
  replyDone: (isComplete: boolean) => void;
  /** All that was recognised of a turn of theirs. */
  callerSaid: (text: string) => void;
  warn: (code: string) => void;
}

/** What the model says becomes events of the turn, audio of the agent, lines of the transcript and tool calls. */
export function createModelEar(parts: ModelEarParts): VoiceModelListener {
  const { agent, transcript, tools, timings, dispatch, admit, nowMs } = parts;
  const known: string[] = [];
  const withAudio = new Set<string>();
  let tagsReturn = false;

  /** By our tag. A model that never returns tags is taken to answer what was asked last. */
  const isAsked = (requestTag: string | undefined) => {
    tagsReturn ||= requestTag !== undefined;
    return tagsReturn ? requestTag === parts.askTag() : parts.isAwaited();
  };

  /** The order of neighbouring events is not promised: audio may come before its reply is announced. */
  const meet = (responseId: string, requestTag?: string) => {
    if (known.includes(responseId)) return;
    known.push(responseId);
    if (known.length > rememberedReplies) known.shift();
    dispatch({ type: 'reply-created', responseId, asked: isAsked(requestTag) });
  };

  const agentAudio = ({ responseId, itemId, contentIndex, payload }: Said<'onAudio'>) => {
    meet(responseId);
    const admitted = admit(responseId);
    if (admitted === 'drop') return;
    const audio = { responseId, itemId, contentIndex, ulaw: Buffer.from(payload, 'base64') };
    withAudio.add(responseId);
    dispatch({ type: 'reply-audio', responseId });
    if (admitted === 'hold') return agent.hold(audio);
    if (agent.say(audio, payload, nowMs())) timings.agentSpeaks();
  };

  const speechStarted = ({ audioStartMs, itemId }: Said<'onSpeechStarted'>) => {
    const overAgent = agent.isPlaying(nowMs());
    timings.callerStarted(audioStartMs);
    parts.callerTurnBegan();
    dispatch({ type: 'caller-speech-started', itemId });
    if (overAgent && !parts.isHeld()) timings.silenced();
    transcript.callerStarted(itemId, nowMs());
  };

  const speechStopped = ({ audioEndMs, itemId }: Said<'onSpeechStopped'>) => {
    transcript.callerStopped(itemId, nowMs() - parts.endpointingMs);
    dispatch({ type: 'caller-speech-stopped', speechMs: timings.callerStopped(audioEndMs) });
  };

  const callerSaid = ({ itemId, text, status }: Said<'onCallerTranscript'>) => {
    // Words that could not be recognised say nothing of the sound: its length decides what it was.
    if (status === 'failed') return;
    transcript.callerSaid(itemId, text, nowMs());
    dispatch({ type: 'caller-words', text, final: status === 'final' });
    if (status !== 'final') return;
    parts.words.heard([itemId]);
    parts.callerSaid(text);
  };

  const replyDone = ({ responseId, status, usage }: Said<'onReplyDone'>) => {
    if (usage) parts.usage(usage);
    agent.replyFinished(responseId);
    const hadAudio = withAudio.delete(responseId);
    dispatch({
      type: 'reply-done',
      responseId,
      status,
      hadAudio,
      calledTool: tools.takeCalled(responseId),
    });
    parts.words.replyDone(responseId);
    parts.replyDone(status === 'completed');
  };

  const runTool = async (call: Said<'onToolCall'>) => {
    dispatch({ type: 'tool-started' });
    parts.words.toolStarted();
    const act = await tools.run(call);
    const transfers = act === 'transfer-agreed';
    dispatch({ type: 'tool-finished', endsCall: act === 'end-call', transfers });
    parts.words.toolFinished();
  };

  return {
    onReady: () => {},
    onCallerItem: () => {},
    onReplyItem: () => {},
    onClosed: () => {},
    onSpeechStarted: speechStarted,
    onSpeechStopped: speechStopped,
    onCallerTranscript: callerSaid,
    onReplyCreated: ({ responseId, requestTag }) => meet(responseId, requestTag),
    onReplyRefused: ({ requestTag }) => {
      if (requestTag === parts.askTag()) dispatch({ type: 'reply-refused' });
    },
    onAudio: agentAudio,
    onReplyText: ({ itemId, responseId, delta }) => {
      meet(responseId);
      if (admit(responseId) === 'drop') return;
      transcript.agentText(itemId, delta);
      parts.words.replyText(responseId, delta);
    },
    onToolCall: (call) => void runTool(call),
    onReplyDone: replyDone,
    onError: ({ code }) => parts.warn(code),
  };
}
