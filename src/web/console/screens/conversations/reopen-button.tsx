import { useState } from 'preact/hooks';
import type { ReopenedView } from '../../../../console/conversation-view.ts';
import { problemText } from '../../../ui/api.ts';
import { Button } from '../../../ui/button.tsx';
import { Confirm } from '../../../ui/dialog.tsx';
import { notify } from '../../../ui/notices.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { router } from '../../router.ts';
import { api } from '../../session.ts';
import { words } from './words.ts';

/** Asks whoever has not written for a day to answer, with words that were approved beforehand. */
export function ReopenButton({ id, onAsked }: { id: string; onAsked: () => void }) {
  const w = words();
  const [asks, setAsks] = useState(false);
  const asking = useAction(
    async () => {
      const { conversation } = await api<ReopenedView>('POST', `/conversations/${id}/reopen`);
      setAsks(false);
      notify('good', w.reopened);
      // Of one that is closed another began.
      if (conversation === id) onAsked();
      else router.go(`/conversations/${conversation}`);
    },
    (error) => {
      notify('bad', problemText(error));
      setAsks(false);
      onAsked();
    },
  );
  return (
    <>
      <Button icon="chat" onClick={() => setAsks(true)}>
        {w.reopen}
      </Button>
      {asks && (
        <Confirm
          title={w.reopenTitle}
          action={w.reopen}
          look="main"
          isBusy={asking.isRunning}
          onConfirm={() => void asking.run()}
          onClose={() => setAsks(false)}
        >
          <p>{w.reopenHelp}</p>
        </Confirm>
      )}
    </>
  );
}
