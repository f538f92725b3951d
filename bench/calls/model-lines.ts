/** What the fake model says, word for word in the GA shape (developers.openai.com/api/reference, realtime server events). */

export function sessionEvent(type: 'session.created' | 'session.updated'): string {
  const format = { type: 'audio/pcmu' };
  const session = {
    type: 'realtime',
    object: 'realtime.session',
    id: 'sess_bench',
    model: 'gpt-realtime-2.1',
    output_modalities: ['audio'],
    audio: { input: { format }, output: { format, voice: 'marin' } },
  };
  return JSON.stringify({ type, event_id: 'event_session', session });
}

export function speechStarted(itemId: string, audioStartMs: number): string {
  return line('input_audio_buffer.speech_started', {
    audio_start_ms: audioStartMs,
    item_id: itemId,
  });
}

/** The caller's turn became an item, and its words. */
export function callerTurn(itemId: string, audioEndMs: number): string[] {
  const content = [{ type: 'input_audio', transcript: null }];
  const item = { id: itemId, type: 'message', status: 'completed', role: 'user', content };
  const words = { item_id: itemId, content_index: 0 };
  const transcript = 'Eu queria marcar uma consulta para a semana que vem.';
  return [
    line('input_audio_buffer.speech_stopped', { audio_end_ms: audioEndMs, item_id: itemId }),
    line('input_audio_buffer.committed', { previous_item_id: null, item_id: itemId }),
    line('conversation.item.added', { previous_item_id: null, item }),
    line('conversation.item.done', { previous_item_id: null, item }),
    line('conversation.item.input_audio_transcription.delta', {
      ...words,
      delta: 'Eu queria marcar ',
    }),
    line('conversation.item.input_audio_transcription.completed', { ...words, transcript }),
  ];
}

/** A reply begins: the events before its first audio. */
export function replyBegins(responseId: string, itemId: string, metadata: unknown): string[] {
  const response = { object: 'realtime.response', id: responseId, status: 'in_progress', metadata };
  const item = { id: itemId, type: 'message', status: 'in_progress', role: 'assistant' };
  const place = { response_id: responseId, item_id: itemId, output_index: 0 };
  return [
    line('response.created', { response: { ...response, output: [] } }),
    line('response.output_item.added', {
      response_id: responseId,
      output_index: 0,
      item: { ...item, content: [] },
    }),
    line('conversation.item.added', { previous_item_id: null, item: { ...item, content: [] } }),
    line('response.content_part.added', {
      ...place,
      content_index: 0,
      part: { type: 'audio', transcript: '' },
    }),
  ];
}

export function audioDelta(responseId: string, itemId: string, payload: string): string {
  return `{"type":"response.output_audio.delta","event_id":"event_audio","response_id":"${responseId}","item_id":"${itemId}","output_index":0,"content_index":0,"delta":"${payload}"}`;
}

/** Said in every reply, so that the greeting gives it and calls are recorded. */
const notice = 'Esta ligação pode ser gravada. ';

export function textDelta(responseId: string, itemId: string): string {
  return `{"type":"response.output_audio_transcript.delta","event_id":"event_text","response_id":"${responseId}","item_id":"${itemId}","output_index":0,"content_index":0,"delta":"${notice}"}`;
}

/** A reply is complete: the events behind its last audio. */
export function replyEnds(responseId: string, itemId: string, metadata: unknown): string[] {
  const transcript = 'palavra '.repeat(20).trim();
  const place = { response_id: responseId, item_id: itemId, output_index: 0 };
  const part = { type: 'audio', transcript };
  const item = {
    id: itemId,
    type: 'message',
    status: 'completed',
    role: 'assistant',
    content: [part],
  };
  const usage = {
    total_tokens: 300,
    input_tokens: 200,
    output_tokens: 100,
    input_token_details: { text_tokens: 50, audio_tokens: 150, cached_tokens: 0 },
    output_token_details: { text_tokens: 20, audio_tokens: 80 },
  };
  const response = { object: 'realtime.response', id: responseId, status: 'completed', metadata };
  return [
    line('response.output_audio.done', { ...place, content_index: 0 }),
    line('response.output_audio_transcript.done', { ...place, content_index: 0, transcript }),
    line('response.content_part.done', { ...place, content_index: 0, part }),
    line('conversation.item.done', { previous_item_id: null, item }),
    line('response.output_item.done', { response_id: responseId, output_index: 0, item }),
    line('response.done', { response: { ...response, output: [item], usage } }),
  ];
}

function line(type: string, fields: Record<string, unknown>): string {
  return JSON.stringify({ type, event_id: 'event_bench', ...fields });
}
