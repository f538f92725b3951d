import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';

/** What a machine is told after its tone; then we hang up. @param text pt-BR */
export function spokenMessage(text: string): string {
  const response = new VoiceResponse();
  // What XML cannot carry cannot be spoken either.
  const spoken = text.replace(/\p{Cc}|\p{Surrogate}|[\ufffe\uffff]/gu, ' ');
  response.say({ voice: 'Polly.Camila-Neural', language: 'pt-BR' }, spoken);
  response.hangup();
  return response.toString();
}
