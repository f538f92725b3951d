import { useState } from 'preact/hooks';
import type {
  ConversationRow,
  OneConversationView,
} from '../../../../console/conversation-view.ts';
import { ApiProblem, problemText } from '../../../ui/api.ts';
import { Button } from '../../../ui/button.tsx';
import { Confirm } from '../../../ui/dialog.tsx';
import { notify } from '../../../ui/notices.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { api } from '../../session.ts';
import { words } from './words.ts';

/** What staff do with a conversation that goes on. @param onChanged gets what it is now, or nothing when it is to be asked for */
export function ConversationActions({
  row,
  onChanged,
}: {
  row: ConversationRow;
  onChanged: (view?: OneConversationView) => void;
}) {
  const w = words();
  const [asks, setAsks] = useState<'take' | 'close'>();
  const { id, heldBy, isMine } = row;
  const post = async (deed: string, body?: unknown) =>
    onChanged(await api<OneConversationView>('POST', `/conversations/${id}/${deed}`, body));
  // Somebody was faster: what it is now says more than the refusal alone.
  const tell = (error: unknown) => {
    notify('bad', problemText(error));
    setAsks(undefined);
    if (error instanceof ApiProblem && error.status === 409) onChanged();
  };
  const take = useAction(async () => {
    await post('take', { instead: heldBy !== null });
    setAsks(undefined);
  }, tell);
  const giveBack = useAction(async () => {
    await post('give-back');
    notify('good', w.givenBack);
  }, tell);
  const close = useAction(async () => {
    await post('close');
    setAsks(undefined);
  }, tell);
  return (
    <div class="row">
      {isMine ? (
        <Button icon="undo" isBusy={giveBack.isRunning} onClick={() => void giveBack.run()}>
          {w.giveBack}
        </Button>
      ) : (
        <Button look="main" icon="person" onClick={() => setAsks('take')}>
          {heldBy === null ? w.take : w.instead}
        </Button>
      )}
      <Button look="danger" icon="close" onClick={() => setAsks('close')}>
        {w.close}
      </Button>
      {asks === 'take' && (
        <Confirm
          title={heldBy === null ? w.takeTitle : w.insteadTitle(heldBy)}
          action={heldBy === null ? w.take : w.instead}
          look="main"
          isBusy={take.isRunning}
          onConfirm={() => void take.run()}
          onClose={() => setAsks(undefined)}
        >
          <p>{heldBy === null ? w.takeHelp : w.insteadHelp(heldBy)}</p>
        </Confirm>
      )}
      {asks === 'close' && (
        <Confirm
          title={w.closeTitle}
          action={w.close}
          isBusy={close.isRunning}
          onConfirm={() => void close.run()}
          onClose={() => setAsks(undefined)}
        >
          <p>{w.closeHelp}</p>
        </Confirm>
      )}
    </div>
  );
}
