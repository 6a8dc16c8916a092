/** Names inside a run's folder of what one watches. */

export const METRICS_FILE = 'metrics.jsonl';
export const READINGS_FILE = 'readings.jsonl';
export const ALARMS_FILE = 'alarms.jsonl';
export const EVENTS_FOLDER = 'tensorboard';
export const SNAPSHOTS_FOLDER = 'snapshots';
export const CONFIG_FILE = 'config.json';
/** {versions, commit, machine, engine, dataset}. */
export const FACTS_FILE = 'facts.json';
/** {pid, host, started}. */
export const LOCK_FILE = 'lock.json';
