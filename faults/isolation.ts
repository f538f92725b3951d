import { markedAudio } from '../tests/support/marked-audio.ts';
import { answersWith, callerSays, greeted, heardMs } from '../tests/support/spoken-turn.ts';
import { until } from '../tests/support/stage.ts';
import { type FaultCase, onScene, since } from './fault-case.ts';

const answer = { text: 'Certo, vamos lá.', audio: markedAudio(50, 600) };

export const isolation: FaultCase[] = [
  {
    row: 'F-72',
    variant: 'who watches calls throws at every event',
    play: (notes) =>
      onScene({}, notes, async ({ stage, counted }) => {
        stage.app.live.watch(() => {
          throw new Error('on purpose');
        });
        const { call, model } = await greeted(stage);
        answersWith(model, { say: answer });
        const { endedAtMs } = await callerSays(call, model, { text: 'Tem cardiologista?' });
        await until(() => heardMs(call, 50) === 600, 'the answer');
        notes.listen(call, since(call, endedAtMs));
        await call.hangUp();
        const record = await stage.record(call);
        notes.expect(record.ending === 'caller-hung-up', `the record says ${record.ending}`);
        notes.expect((await counted('observer_failed_total')) > 0, 'it was not counted');
      }),
  },
];
