//! Which instance was called what, and when it began: names change at every release and restart, as pods' do.

use evidence::{Nanos, Time};

use super::calendar::Calendar;
use super::life::Life;
use crate::chance::Chance;
use crate::moments::seconds;
use crate::shop::{Naming, SERVICES, Service, index_of};

/// One instance from its start to its end.
#[derive(Clone, Debug)]
pub struct Pod {
    /// Its name.
    pub name: String,
    /// Its first moment; before the world's first for those that run already.
    pub from: Time,
    /// Its last moment, if the next one does not wait.
    pub to: Time,
    /// Whether it can still say that it stops.
    pub orderly: bool,
}

/// All instances: for each service, for each of its slots, one after the other.
#[derive(Clone, Debug)]
pub struct Pods(Vec<Vec<Vec<Pod>>>);

/// Letters and digits of which a cluster makes names: none that could make a word.
const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
/// What runs at the beginning began so long before.
const BEFORE: Nanos = 3 * evidence::DAY;

impl Pods {
    /// The instances of that life.
    pub fn of(seed: u64, calendar: &Calendar, life: &Life) -> Pods {
        let slots = |s: &'static Service| 0..s.pods + usize::from(s.name == "checkout");
        Pods(SERVICES.iter().map(|s| slots(s).map(|slot| lives(seed, calendar, life, s, slot)).collect()).collect())
    }

    /// The instance in a slot at a moment, if one runs there.
    pub fn at(&self, service: &str, slot: usize, at: Time) -> Option<&Pod> {
        self.0[index_of(service)].get(slot)?.iter().find(|p| (p.from..p.to).contains(&at))
    }

    /// How many slots a service ever has.
    pub fn slots(&self, service: &str) -> usize {
        self.0[index_of(service)].len()
    }

    /// How many of a service's instances run at a moment.
    pub fn running(&self, service: &str, at: Time) -> usize {
        (0..self.slots(service)).filter(|slot| self.at(service, *slot, at).is_some()).count().max(1)
    }

    /// All instances of a slot.
    pub fn of_slot(&self, service: &str, slot: usize) -> &[Pod] {
        &self.0[index_of(service)][slot]
    }
}

/// A moment at which the instance in a slot is replaced.
struct Turn {
    at: Time,
    release: u64,
    orderly: bool,
}

fn lives(seed: u64, calendar: &Calendar, life: &Life, service: &'static Service, slot: usize) -> Vec<Pod> {
    let extra = slot >= service.pods;
    let (from, to) = if extra { (life.fourth.start, life.fourth.end) } else { (calendar.start - BEFORE, Time::MAX) };
    let mut turns = turns(seed, life, service, slot);
    let before = turns.iter().filter(|t| t.at <= from).map(|t| t.release).max().unwrap_or(0);
    turns.retain(|t| t.at > from && t.at < to);
    let mut pods = Vec::with_capacity(turns.len() + 1);
    let (mut since, mut release) = (from, before);
    for (number, turn) in turns.iter().enumerate() {
        pods.push(pod(seed, service, slot, number, release, since..turn.at, turn.orderly));
        (since, release) = (turn.at, turn.release);
    }
    pods.push(pod(seed, service, slot, turns.len(), release, since..to, true));
    pods
}

/// When the instance in a slot is replaced: at releases one slot after the other, at restarts this one alone.
fn turns(seed: u64, life: &Life, service: &'static Service, slot: usize) -> Vec<Turn> {
    let mut all = Vec::new();
    let mut release = 0;
    let ours = life.deploys.iter().filter(|d| d.service.name == service.name);
    for deploy in ours {
        release += 1;
        let mut chance = Chance::of(seed, service.name, 1000 + release);
        let late: f64 = (0..=slot).map(|_| chance.between(18.0, 55.0)).sum();
        all.push(Turn { at: deploy.at + seconds(late), release, orderly: true });
    }
    for restart in life.restarts.iter().filter(|r| r.service.name == service.name && r.slot == slot) {
        let release = all.iter().filter(|t| t.at <= restart.at).map(|t| t.release).max().unwrap_or(0);
        all.push(Turn { at: restart.at, release, orderly: restart.orderly });
    }
    all.sort_by_key(|t| t.at);
    all
}

fn pod(
    seed: u64,
    service: &'static Service,
    slot: usize,
    number: usize,
    release: u64,
    within: std::ops::Range<Time>,
    orderly: bool,
) -> Pod {
    let letters = |name: &str, number: u64, many: usize| -> String {
        let mut chance = Chance::of(seed, name, number);
        (0..many).map(|_| char::from(*chance.pick(ALPHABET))).collect()
    };
    let name = match service.naming {
        Naming::Host(name) => name.to_string(),
        Naming::Pod => {
            let set = letters(&format!("{}/set", service.name), release, 10);
            let own = letters(&format!("{}/pod", service.name), (slot * 1000 + number) as u64, 5);
            format!("{}-{set}-{own}", service.name)
        }
    };
    Pod { name, from: within.start, to: within.end, orderly }
}
