/**
 * Speaks every shipped prompt again with the sandbox's voice and writes `src/call/prompts/<name>.ulaw`.
 * Run it after changing a text in `src/call/spoken-prompts.ts`: `node --import tsx scripts/make-prompts.ts`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { promptDirectory, promptTexts } from '../src/call/spoken-prompts.ts';
import { createLog } from '../src/platform/log.ts';
import { createSynthesiser } from '../src/sandbox/synthesiser.ts';

/** A caller in silence waits for this: longer sentences belong to the model. */
const longestPromptMs = 6_000;
/** Whom to call in an emergency takes longer to say; nobody waits for anything else meanwhile. */
const longestEmergencyMs = 13_000;

const synthesiser = createSynthesiser({ log: createLog('warn') });
try {
  await mkdir(promptDirectory, { recursive: true });
  for (const [name, text] of Object.entries(promptTexts)) {
    const ulaw = await synthesiser.speak(text, 'agent');
    const durationMs = ulaw.length / 8;
    const longestMs = name.startsWith('emergencia-') ? longestEmergencyMs : longestPromptMs;
    if (durationMs === 0 || durationMs > longestMs) {
      throw new Error(`${name} lasts ${durationMs} ms; it must be between 1 and ${longestMs}`);
    }
    await writeFile(new URL(`${name}.ulaw`, promptDirectory), ulaw);
    console.log(`${name}  ${Math.round(durationMs)} ms`);
  }
} finally {
  await synthesiser.close();
}
