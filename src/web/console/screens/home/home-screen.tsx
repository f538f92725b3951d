import { Icon } from '../../../ui/icons.tsx';
import { say } from '../../../ui/words.ts';
import { router } from '../../router.ts';
import type { ScreenParts } from '../../screen.ts';
import { ScreenHead } from '../../screen-head.tsx';
import { person } from '../../session.ts';
import { words } from './words.ts';

/** Where everybody begins: what they can do, one step away. */
export default function HomeScreen({ screens }: ScreenParts) {
  const w = words();
  const who = person.value;
  if (!who) return null;
  const others = screens.filter(({ path, group }) => path !== 'home' && group !== 'none');
  return (
    <>
      <ScreenHead title={w.hello(who.name)} />
      {others.length === 0 && <p class="soft">{w.only}</p>}
      <ul class="shortcuts">
        {others.map((screen) => (
          <li key={screen.path}>
            <a href={router.href(`/${screen.path}`)}>
              <Icon name={screen.icon} />
              <strong>{say(screen.title)}</strong>
              <span class="soft">{say(screen.about)}</span>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}
