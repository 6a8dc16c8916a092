/** Which alarms stand: each is raised once, and cleared once its check has been quiet for a while. */
import { ALARM_KINDS } from './alarm.ts';
import type { Alarm, AlarmEvent, AlarmKind } from './alarm.ts';

/** Quiet checks in a row that clear an alarm; fewer would let one that flickers be raised again and again. */
const QUIET_CHECKS = 3;

interface Standing {
  readonly alarm: Alarm;
  readonly quiet: number;
}

/** The newest raised alarm of each kind that was not cleared since. */
export function standingAlarms(events: readonly AlarmEvent[]): readonly AlarmEvent[] {
  return ALARM_KINDS.flatMap((kind) => {
    const last = events.findLast((event) => event.kind === kind);
    return last?.event === 'raised' ? [last] : [];
  });
}

/** See the file's head. */
export class AlarmBoard {
  private readonly standing = new Map<AlarmKind, Standing>();

  /** Alarms that stand. */
  active(): readonly Alarm[] {
    return [...this.standing.values()].map(({ alarm }) => alarm);
  }

  /**
   * Takes in the result of one check.
   *
   * @param found the alarm, or `undefined` when the check was quiet
   * @returns what changed, if anything
   */
  check(kind: AlarmKind, step: number, found: Alarm | undefined): AlarmEvent | undefined {
    const time = new Date().toISOString();
    const before = this.standing.get(kind);
    if (found !== undefined) {
      this.standing.set(kind, { alarm: before?.alarm ?? found, quiet: 0 });
      return before === undefined ? { time, event: 'raised', ...found } : undefined;
    }
    if (before === undefined) return undefined;
    if (before.quiet + 1 < QUIET_CHECKS) {
      this.standing.set(kind, { ...before, quiet: before.quiet + 1 });
      return undefined;
    }
    this.standing.delete(kind);
    return { time, event: 'cleared', kind, step, message: `not seen in ${QUIET_CHECKS} checks; raised at step ${before.alarm.step}` };
  }
}
