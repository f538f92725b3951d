import { Icon } from '../../../ui/icons.tsx';
import { router } from '../../router.ts';
import type { ScreenParts } from '../../screen.ts';
import { ScreenHead } from '../../screen-head.tsx';
import { ConversationDetail } from './conversation-detail.tsx';
import { filterAddress, filtersIn } from './conversation-filters.ts';
import { ConversationList } from './conversation-list.tsx';
import '../../styles/list-and-detail.css';
import './conversations.css';
import { words } from './words.ts';

/** Conversations by text, and one of them in full. */
export default function ConversationsScreen({ rest: [chosenId], query }: ScreenParts) {
  const w = words();
  const filters = filtersIn(query);
  return (
    <>
      <ScreenHead title={w.title} />
      <div class={chosenId ? 'list-and-detail chosen' : 'list-and-detail'}>
        <ConversationList filters={filters} chosenId={chosenId} />
        <div class="conversations-main stack">
          {chosenId && (
            <a
              class="button quiet detail-back"
              href={router.href(`/conversations${filterAddress(filters)}`)}
            >
              <Icon name="left" />
              {w.back}
            </a>
          )}
          {chosenId ? (
            <ConversationDetail key={chosenId} id={chosenId} />
          ) : (
            <p class="soft detail-choose">{w.choose}</p>
          )}
        </div>
      </div>
    </>
  );
}
