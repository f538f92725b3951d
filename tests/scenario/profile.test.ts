import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { clinicsDirectory } from '../support/agent-fixtures.ts';
import { onStage } from '../support/on-stage.ts';
import { greeted } from '../support/spoken-turn.ts';
import type { StageOptions } from '../support/stage.ts';

/** What the session was asked for, and how the connection was made. */
interface Asked {
  update: Record<string, unknown>;
  updates: number;
  upgrade: { url: string; headers: Record<string, string | string[] | undefined> };
}

async function askedWith(options: StageOptions, to?: string): Promise<Asked> {
  const asked: Partial<Asked> = {};
  await onStage(options, async (stage) => {
    const { call, model } = await greeted(stage, to === undefined ? {} : { to });
    const updates = model.of('session.update');
    asked.update = JSON.parse(JSON.stringify(updates[0]?.event.session)) as Asked['update'];
    asked.updates = updates.length;
    const [upgrade] = stage.model.upgrades;
    if (upgrade) asked.upgrade = upgrade;
    expect(updates[0]?.index).toBe(0);
    await call.hangUp();
  });
  return asked as Asked;
}

const shipped = {
  audio: {
    input: {
      format: { type: 'audio/pcmu' },
      noise_reduction: { type: 'near_field' },
      transcription: { language: 'pt' },
      turn_detection: {
        type: 'server_vad',
        threshold: 0.6,
        prefix_padding_ms: 300,
        silence_duration_ms: 500,
        create_response: true,
        interrupt_response: true,
      },
    },
    output: { format: { type: 'audio/pcmu' }, voice: 'marin', speed: 1 },
  },
};

describe.concurrent('the profile of a clinic', () => {
  it('the shipped one: telephone audio both ways, one session.update, no leftovers of the beta', async () => {
    const { update, updates, upgrade } = await askedWith({});
    expect(update).toMatchObject({ type: 'realtime', output_modalities: ['audio'], ...shipped });
    expect(update).not.toHaveProperty('reasoning');
    expect(updates).toBe(1);
    expect(upgrade.headers).not.toHaveProperty('openai-beta');
    expect(upgrade.headers.authorization).toBe('Bearer sk-test');
    const safety = String(upgrade.headers['openai-safety-identifier']);
    expect(safety).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(upgrade.headers)).not.toContain('5588999990001');
    const tools = (update.tools as { name: string }[]).map(({ name }) => name);
    expect(tools).toEqual(
      expect.arrayContaining(['find_slots', 'confirm_appointment', 'end_call']),
    );
    expect(new Set(tools).size).toBe(tools.length);
    // Only for people who are rung about an appointment of theirs.
    expect(tools).not.toContain('answer_contact');
    expect(update.instructions).toContain('Aurora');
  });

  it('each of its voice settings reaches the model', async () => {
    const voice = [
      'voice:',
      '  model: gpt-realtime-of-the-clinic',
      '  voice: cedar',
      '  speed: 1.1',
      '  noiseReduction: far_field',
      '  reasoningEffort: low',
      '  maxOutputTokens: 900',
      '  turnDetection: { type: server_vad, threshold: 0.4, prefixPaddingMs: 200, silenceDurationMs: 700 }',
    ].join('\n');
    const { update, upgrade } = await askedWith({ voice });
    expect(update).toMatchObject({
      audio: {
        input: {
          format: { type: 'audio/pcmu' },
          noise_reduction: { type: 'far_field' },
          turn_detection: { threshold: 0.4, prefix_padding_ms: 200, silence_duration_ms: 700 },
        },
        output: { format: { type: 'audio/pcmu' }, voice: 'cedar', speed: 1.1 },
      },
      reasoning: { effort: 'low' },
      max_output_tokens: 900,
    });
    expect(upgrade.url).toContain('model=gpt-realtime-of-the-clinic');
  });

  it('a semantic turn detector, and no noise reduction', async () => {
    const voice =
      'voice:\n  noiseReduction: none\n  turnDetection: { type: semantic_vad, eagerness: high }';
    const { update } = await askedWith({ voice });
    const { input } = (update as typeof shipped).audio;
    expect(input.turn_detection).toEqual({
      type: 'semantic_vad',
      eagerness: 'high',
      create_response: true,
      interrupt_response: true,
    });
    expect(input).not.toHaveProperty('noise_reduction');
  });

  it('models of the environment, and the profile of the clinic that was dialled', async () => {
    const env = {
      OPENAI_REALTIME_MODEL: 'gpt-realtime-of-the-house',
      OPENAI_TRANSCRIPTION_MODEL: 'words-of-the-house',
      CLINIC: 'estrategia',
    };
    const { update, upgrade } = await askedWith({ env }, '+551100000000');
    expect(upgrade.url).toContain('model=gpt-realtime-of-the-house');
    expect(update).toMatchObject({
      audio: { input: { transcription: { model: 'words-of-the-house', language: 'pt' } } },
    });
    expect(update.instructions).not.toContain('Aurora');
  });

  it('a profile that cannot be meant stops start-up, naming file, place and reason', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'alo-profile-'));
    try {
      await cp(clinicsDirectory, join(directory, 'clinics'), { recursive: true });
      const file = join(directory, 'clinics', 'aurora.yaml');
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replace('voice: marin', 'voice: darth'));
      const config = readConfig({ CLINICS_DIR: 'clinics' }, directory);
      const start = buildApp(config, { clock: createClock(), log: createLog('silent') });
      await expect(start).rejects.toMatchObject({
        code: 'CLINIC_INVALID',
        message: expect.stringMatching(/aurora\.yaml[\s\S]*voice/),
      });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
