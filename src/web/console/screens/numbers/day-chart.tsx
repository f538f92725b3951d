import { dateText } from '../../../ui/formats.ts';
import { words } from './words.ts';

export interface Series {
  name: string;
  kind: 'bar' | 'line';
  /** `undefined`: nothing is known of that day. */
  values: readonly (number | undefined)[];
  /** First or second colour. */
  tone: 'first' | 'second';
}

/** The drawing's own units; it is stretched to its place. */
const width = 1_000;
const height = 100;

/**
 * Values of days, one scale from zero. Decoration beside the table, which has the same numbers; drawn here because chart
 * libraries write styles that the page's policy forbids.
 */
export function DayChart({
  title,
  days,
  series,
  text,
}: {
  title: string;
  days: readonly string[];
  series: readonly Series[];
  /** A value as it is written. */
  text: (value: number) => string;
}) {
  const w = words();
  const highest = Math.max(0, ...series.flatMap(({ values }) => values.map((one) => one ?? 0)));
  const day = days[indexOfHighest(series, highest)] ?? '';
  const summary = highest > 0 ? `: ${w.chartMost(text(highest), dateText(day))}` : '';
  return (
    <figure class="numbers-chart">
      <figcaption>
        <strong>{title}</strong>
        <span class="row">
          {series.map(({ name, tone }) => (
            <span key={name} class="row small soft">
              <i class={`numbers-key ${tone}`} />
              {name}
            </span>
          ))}
        </span>
      </figcaption>
      <span class="numbers-top figures soft small" aria-hidden="true">
        {text(highest)}
      </span>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}${summary}`}
      >
        {series.map((one) =>
          one.kind === 'bar' ? (
            <Bars key={one.name} series={one} highest={highest} days={days} text={text} />
          ) : (
            <Lines key={one.name} series={one} highest={highest} />
          ),
        )}
      </svg>
      <span class="row spread figures soft small" aria-hidden="true">
        <span>{dateText(days[0] ?? '')}</span>
        <span>{dateText(days.at(-1) ?? '')}</span>
      </span>
    </figure>
  );
}

function Bars({
  series,
  highest,
  days,
  text,
}: {
  series: Series;
  highest: number;
  days: readonly string[];
  text: (value: number) => string;
}) {
  const slot = width / series.values.length;
  // The second stands inside the first.
  const share = series.tone === 'first' ? 0.8 : 0.5;
  return (
    <g class={`numbers-bars ${series.tone}`}>
      {series.values.map((value, at) => {
        const tall = tallOf(value, highest);
        return (
          <rect
            key={days[at]}
            x={slot * (at + (1 - share) / 2)}
            y={height - tall}
            width={slot * share}
            height={tall}
          >
            <title>{`${dateText(days[at] ?? '')}: ${series.name} ${text(value ?? 0)}`}</title>
          </rect>
        );
      })}
    </g>
  );
}

/** Days of which nothing is known leave a gap; a day alone is a short stroke. */
function Lines({ series, highest }: { series: Series; highest: number }) {
  const slot = width / series.values.length;
  const parts: string[] = [];
  let isDrawing = false;
  for (const [at, value] of series.values.entries()) {
    if (value === undefined) {
      isDrawing = false;
      continue;
    }
    const x = slot * (at + 0.5);
    const y = height - tallOf(value, highest);
    parts.push(isDrawing ? `L${x} ${y}` : `M${x - slot / 4} ${y}L${x} ${y}`);
    isDrawing = true;
  }
  return <path class={`numbers-line ${series.tone}`} d={parts.join('')} />;
}

function tallOf(value: number | undefined, highest: number): number {
  return highest > 0 ? ((value ?? 0) / highest) * height : 0;
}

function indexOfHighest(series: readonly Series[], highest: number): number {
  const indexes = series.map(({ values }) => values.indexOf(highest));
  return indexes.find((at) => at >= 0) ?? 0;
}
