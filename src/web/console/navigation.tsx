import type { Role } from '../../console/roles.ts';
import { Icon } from '../ui/icons.tsx';
import { say } from '../ui/words.ts';
import { router } from './router.ts';
import { screensFor } from './screens.ts';
import { words } from './words.ts';

const groups = ['day', 'clinic', 'house'] as const;

/** The screens this role may open, in their groups. */
export function Navigation({ role }: { role: Role }) {
  const w = words();
  const names = { day: w.day, clinic: w.clinicGroup, house: w.house };
  const open = screensFor(role);
  const here = router.place.value.segments[0] ?? open[0]?.path;
  return (
    <nav aria-label={w.navigation} class="navigation">
      {groups.map((group) => {
        const inside = open.filter((screen) => screen.group === group);
        if (inside.length === 0) return null;
        return (
          <div key={group}>
            <p class="navigation-group">{names[group]}</p>
            <ul>
              {inside.map((screen) => (
                <li key={screen.path}>
                  <a
                    href={router.href(`/${screen.path}`)}
                    aria-current={screen.path === here ? 'page' : undefined}
                  >
                    <Icon name={screen.icon} />
                    {say(screen.title)}
                  </a>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}
