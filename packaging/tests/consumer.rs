// The library from Rust through extern "C". Usage: MODEL EMBEDDINGS.
use std::ffi::{c_char, CStr};
use std::os::raw::c_void;
use std::ptr::{null, null_mut};
use std::sync::Arc;

#[repr(C)]
#[derive(Default)]
struct Step {
    emit: u64,
    held: u64,
    bytes: usize,
    action: i32,
    is_ended: i32,
}

#[link(name = "witan")]
extern "C" {
    fn witan_abi_version() -> u32;
    fn witan_error_message() -> *const c_char;
    fn witan_context_create(context: *mut *mut c_void) -> i32;
    fn witan_context_free(context: *mut c_void) -> i32;
    fn witan_context_add_embeddings(context: *mut c_void, path: *const u8, length: usize) -> i32;
    fn witan_model_open(context: *mut c_void, path: *const u8, length: usize, model: *mut *mut c_void) -> i32;
    fn witan_model_free(model: *mut c_void) -> i32;
    fn witan_stream_create(model: *mut c_void, options: *const c_void, stream: *mut *mut c_void) -> i32;
    fn witan_stream_push(stream: *mut c_void, bytes: *const u8, length: usize, step: *mut Step) -> i32;
    fn witan_stream_finish(stream: *mut c_void, step: *mut Step) -> i32;
    fn witan_stream_free(stream: *mut c_void) -> i32;
}

fn check(status: i32) -> Result<(), String> {
    if status == 0 {
        return Ok(());
    }
    Err(unsafe { CStr::from_ptr(witan_error_message()) }.to_string_lossy().into_owned())
}

/// A model serves all threads; the library says so, and checks.
struct Model(*mut c_void);
unsafe impl Send for Model {}
unsafe impl Sync for Model {}
impl Drop for Model {
    fn drop(&mut self) {
        unsafe { witan_model_free(self.0) };
    }
}

fn guarded(model: &Model, text: &str) -> Result<(String, i32), String> {
    let (mut stream, mut step, mut sent) = (null_mut(), Step::default(), Vec::new());
    unsafe {
        check(witan_stream_create(model.0, null(), &mut stream))?;
        let mut take = |step: &Step| {
            if step.emit > 0 {
                sent.extend_from_slice(std::slice::from_raw_parts(step.bytes as *const u8, step.emit as usize))
            }
        };
        for chunk in text.as_bytes().chunks(3) {
            check(witan_stream_push(stream, chunk.as_ptr(), chunk.len(), &mut step))?;
            take(&step);
        }
        check(witan_stream_finish(stream, &mut step))?;
        take(&step);
        check(witan_stream_free(stream))?;
        assert!(witan_stream_push(stream, null(), 0, &mut step) != 0, "a freed stream was taken");
    }
    Ok((String::from_utf8_lossy(&sent).into_owned(), step.action))
}

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().collect();
    let (path, table) = (&arguments[1], &arguments[2]);
    let (mut context, mut model) = (null_mut(), null_mut());
    unsafe {
        assert_eq!(witan_abi_version(), 1);
        check(witan_context_create(&mut context))?;
        if !table.is_empty() {
            check(witan_context_add_embeddings(context, table.as_ptr(), table.len()))?;
        }
        check(witan_model_open(context, path.as_ptr(), path.len(), &mut model))?;
        check(witan_context_free(context))?;
    }
    let model = Arc::new(Model(model));
    let text = "Grüße! How do I whittle a wooden spoon for my grandmother?";
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let model = model.clone();
            std::thread::spawn(move || guarded(&model, text))
        })
        .collect();
    for thread in threads {
        let (sent, action) = thread.join().unwrap()?;
        assert_eq!((sent.as_str(), action), (text, 0));
    }
    println!("ok");
    Ok(())
}
