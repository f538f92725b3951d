import { describe, expect, it } from 'vitest';
import { mostCharacters, type ServerBus } from '../../src/platform/server-bus.ts';
import { closedAfterEach } from '../support/closed-after-each.ts';
import { until } from '../support/stage.ts';

/** What every wire must carry. */
export function describeServerBus(
  wire: string,
  open: () => Promise<{ join(): Promise<ServerBus>; close(): Promise<void> }>,
): void {
  describe(`servers that talk over ${wire}`, () => {
    const opened = closedAfterEach(open);
    const three = async () => {
      const { join } = await opened();
      return [await join(), await join(), await join()] as const;
    };
    /** Subscriptions take effect a moment later: told until it is heard. */
    const heardBy = async (teller: ServerBus, hearers: readonly ServerBus[]) => {
      const ready = new Set<ServerBus>();
      const stops = hearers.map((one) => one.listen('ready', () => ready.add(one)));
      await until(() => {
        teller.tell('ready', 1);
        return ready.size === hearers.length;
      }, 'everybody hears');
      for (const stop of stops) stop();
    };

    it('hear what the others tell, in order, and not themselves', async () => {
      const [a, b, c] = await three();
      const heard: unknown[][] = [[], [], []];
      for (const [index, bus] of [a, b, c].entries())
        bus.listen('news', (message, from) => heard[index]?.push([message, from]));
      await heardBy(a, [b, c]);
      for (let n = 0; n < 50; n += 1) a.tell('news', { n });
      await until(() => (heard[1]?.length ?? 0) >= 50 && (heard[2]?.length ?? 0) >= 50, 'all');
      const told = Array.from({ length: 50 }, (_, n) => [{ n }, a.server]);
      expect(heard).toEqual([[], told, told]);
    });

    it('are answered by the one they ask, each question by its own answer', async () => {
      const [a, b, c] = await three();
      b.answer('double', (question) => Number(question) * 2);
      c.answer('double', () => 'wrong server');
      await heardBy(a, [b, c]);
      await heardBy(b, [a]);
      const questions = Array.from({ length: 20 }, (_, n) => n);
      const answers = await Promise.all(questions.map((n) => a.ask(b.server, 'double', n, 5_000)));
      expect(answers).toEqual(questions.map((n) => n * 2));
    });

    it('are not kept waiting by one that is gone, or fails', async () => {
      const [a, b] = await three();
      b.answer('fails', () => {
        throw new Error('no');
      });
      await heardBy(a, [b]);
      for (const [server, topic] of [
        ['nobody', 'double'],
        [b.server, 'fails'],
      ] as const)
        await expect(a.ask(server, topic, 1, 50)).rejects.toMatchObject({
          code: 'DEADLINE_EXCEEDED',
        });
    });

    it('hear nothing any more after they stopped, and nothing that is too large', async () => {
      const [a, b] = await three();
      const heard: unknown[] = [];
      const stop = b.listen('news', (message) => heard.push(message));
      await heardBy(a, [b]);
      a.tell('news', 'x'.repeat(mostCharacters));
      a.tell('news', 'small');
      await until(() => heard.length > 0, 'the small one');
      stop();
      a.tell('news', 'late');
      await heardBy(a, [b]);
      expect(heard).toEqual(['small']);
    });
  });
}
