//! Sound without a sound device, for virtual agents, load and tests.

/// Gives what is "said". Called on the sound thread in real time: it must not block.
pub trait Microphone: Send {
    /// Fills all of `out`: mono, 48 kHz.
    fn read(&mut self, out: &mut [i16]);
}

/// Takes what is "heard". Called on the sound thread in real time: it must not block.
pub trait Speaker: Send {
    /// `pcm`: mono, 48 kHz.
    fn write(&mut self, pcm: &[i16]);
}

impl<F: FnMut(&mut [i16]) + Send> Microphone for F {
    fn read(&mut self, out: &mut [i16]) {
        self(out);
    }
}

/// Says nothing and hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silence;

impl Microphone for Silence {
    fn read(&mut self, out: &mut [i16]) {
        out.fill(0);
    }
}

impl Speaker for Silence {
    fn write(&mut self, _pcm: &[i16]) {}
}

/// A speaker made of a function.
pub(crate) struct SpeakerFn<F>(F);

impl<F: FnMut(&[i16]) + Send> Speaker for SpeakerFn<F> {
    fn write(&mut self, pcm: &[i16]) {
        (self.0)(pcm);
    }
}

/// Both ends of a virtual telephone.
pub struct VirtualAudio {
    pub microphone: Box<dyn Microphone>,
    pub speaker: Box<dyn Speaker>,
}

impl VirtualAudio {
    pub fn new(
        microphone: impl FnMut(&mut [i16]) + Send + 'static,
        speaker: impl FnMut(&[i16]) + Send + 'static,
    ) -> Self {
        Self { microphone: Box::new(microphone), speaker: Box::new(SpeakerFn(speaker)) }
    }

    pub fn silent() -> Self {
        Self { microphone: Box::new(Silence), speaker: Box::new(Silence) }
    }
}

impl std::fmt::Debug for VirtualAudio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VirtualAudio")
    }
}
