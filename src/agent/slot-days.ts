import type { ScheduleRule, Weekday } from '../scheduling/recurrence.ts';
import { listed, type Wording } from './visit-words.ts';

/** When something is offered, as its rules say it: `às segundas e quintas-feiras, às duas da tarde`. Pure. */

/** Dates named one by one; more are not remembered. */
const mostDates = 4;

/** @param today `YYYY-MM-DD`: dates that are over are not said */
export function daysText(rules: readonly ScheduleRule[], wording: Wording, today: string): string {
  return [...new Set(rules.map((rule) => ruleText(rule, wording, today)))]
    .filter(Boolean)
    .join('; ');
}

function ruleText(rule: ScheduleRule, wording: Wording, today: string): string {
  const days = ruleDays(rule, wording, today);
  if (days === '') return '';
  return [days, ruleHours(rule, wording)].filter(Boolean).join(', ');
}

function ruleDays(rule: ScheduleRule, wording: Wording, today: string): string {
  switch (rule.kind) {
    case 'weekly':
    case 'window':
      return weekdaysPhrase(rule.days);
    case 'every-n-days':
      return `a cada ${wording.count(rule.n)} dias`;
    case 'monthly':
      return rule.day === undefined
        ? 'uma vez por mês, em dia que a clínica divulga'
        : `uma vez por mês, no dia ${rule.day === 1 ? 'primeiro' : wording.count(rule.day)}`;
    case 'dates': {
      const ahead = rule.dates.filter((date) => date >= today).sort();
      return listed(ahead.slice(0, mostDates).map((date) => wording.day(date)));
    }
    default:
      return rule satisfies never;
  }
}

function ruleHours(rule: ScheduleRule, wording: Wording): string {
  if (rule.kind === 'window') return `${wording.between(rule.from, rule.to)}, por ordem de chegada`;
  const { at, until, byAppointedTime } = rule;
  const times = at && until ? wording.between(at, until) : at ? wording.at(at) : '';
  return [times, byAppointedTime ? 'com hora marcada' : 'por ordem de chegada']
    .filter(Boolean)
    .join(', ');
}

const onDays: Record<Weekday, string> = {
  mon: 'às segundas',
  tue: 'às terças',
  wed: 'às quartas',
  thu: 'às quintas',
  fri: 'às sextas',
  sat: 'aos sábados',
  sun: 'aos domingos',
};

const workdays: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri'];

/** `de segunda a sexta`, `aos sábados`. */
export function weekdaysPhrase(days: readonly Weekday[]): string {
  const isWorkweek = days.length === 5 && workdays.every((day) => days.includes(day));
  return isWorkweek ? 'de segunda a sexta' : listed(days.map((day) => onDays[day]));
}
