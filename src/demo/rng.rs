//! A source of chance that never changes: SplitMix64.
//!
//! The demo must be the same for ever, so it does not lean on a crate whose sequence may change with a
//! version. For the same reason floating point is used with `+ - * /` alone: those round alike everywhere,
//! which `exp`, `ln` and their like do not.

/// SplitMix64 (Steele, Lea and Flood, 2014).
#[derive(Debug, Clone)]
pub(super) struct Rng(u64);

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// Spreads every bit of `x` over the whole word.
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

impl Rng {
    /// The source that belongs to item `n` of `seed`.
    pub(super) fn new(seed: u64, n: u64) -> Self {
        // Both are mixed, or neighbouring seeds would show the same people, shifted by one.
        Rng(mix(mix(seed.wrapping_add(GOLDEN)) ^ n.wrapping_mul(GOLDEN)))
    }

    /// A source of its own, so that a change to what is drawn from it leaves all other draws as they were.
    pub(super) fn fork(&mut self) -> Self {
        Rng(self.next())
    }

    /// The next 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// A number below `n`; 0 where `n` is 0.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    /// A whole number from `low` to `high`, both included; `low` where they cross.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(high.saturating_sub(low)).unwrap_or(0);
        low + self.below(width.saturating_add(1)) as i64
    }

    /// True `percent` times in a hundred.
    pub(super) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A number in `0.0..1.0`.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// One of `items`, or nothing where there are none.
    pub(super) fn choose<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len() as u64) as usize)
    }

    /// One of `items`, or the type's default where there are none.
    pub(super) fn pick<T: Copy + Default>(&mut self, items: &[T]) -> T {
        self.choose(items).copied().unwrap_or_default()
    }
}

/// A number in `0.0..1.0` that belongs to this pair alone: draws that must agree wherever they are repeated.
pub(super) fn settled(key: u64, name: &str) -> f64 {
    // FNV-1a; the names are short.
    let hash = name
        .bytes()
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3));
    Rng::new(key, hash).unit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_that_of_splitmix64() {
        // The published sequence for this seed: should it change, every demo changes with it.
        let mut rng = Rng(1_234_567);
        let drawn = [rng.next(), rng.next(), rng.next()];
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn draws_stay_within_their_bounds_and_reach_them() {
        let mut rng = Rng::new(1, 1);
        let drawn: Vec<i64> = (0..2000).map(|_| rng.between(-2, 3)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&-2), Some(&3)));
        assert_eq!(rng.between(5, 1), 5);
        assert_eq!(rng.below(0), 0);
        assert!((0..2000).map(|_| rng.unit()).all(|unit| (0.0..1.0).contains(&unit)));
        assert_eq!(rng.pick::<&str>(&[]), "");
    }
}
