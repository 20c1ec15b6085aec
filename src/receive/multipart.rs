//! A multipart form: its fields become text in memory, its files go to the request's private folder.

use super::{
    Held, Place,
    parts::{Part, Parts},
    read::too_large,
};
use crate::{
    budget::Taken,
    failure::{Failure, Kind},
    params::{Allowance, File, Map, Value, nest, shown},
    spool::Spool,
};

/// Reads a whole form.
///
/// # Errors
/// Whatever befalls the body or the disk, and every limit: the parameters, `--max-body` for fields and names
/// together, `--max-upload` for files together. Nothing stays on the disk then.
pub(super) async fn read(
    mut parts: Parts,
    place: &Place<'_>,
    allowance: Allowance,
) -> Result<(Map, Held), Failure> {
    let mut form = Form {
        place,
        allowance,
        fields: Vec::new(),
        memory: place.budget.take(0)?,
        kept: 0,
        spool: None,
        uploaded: 0,
    };
    while let Some(part) = parts.next().await? {
        form.take(&mut parts, part).await?;
    }
    Ok((nest(form.fields), Held { _spool: form.spool, _memory: Some(form.memory) }))
}

/// The longest body that can be a form within the limits, with whatever its parts say of themselves.
pub(super) fn longest(place: &Place<'_>) -> u64 {
    const HEADER: u64 = 64 << 10;
    let headers = (place.caps.parameters as u64).saturating_add(1).saturating_mul(HEADER);
    place.caps.upload.saturating_add(place.caps.body as u64).saturating_add(headers)
}

struct Form<'a> {
    place: &'a Place<'a>,
    allowance: Allowance,
    fields: Vec<(String, Value)>,
    memory: Taken,
    /// Bytes of fields and names.
    kept: usize,
    spool: Option<Spool>,
    /// Bytes of files.
    uploaded: u64,
}

impl Form<'_> {
    async fn take(&mut self, parts: &mut Parts, part: Part) -> Result<(), Failure> {
        let is_file = part.disposition.filename.is_some();
        self.allowance.spend(1).map_err(|failure| if is_file { too_many_files() } else { failure })?;
        self.keep(part.disposition.len())?;
        let (name, value) =
            if is_file { self.file(parts, part).await? } else { self.text(parts, part).await? };
        self.fields.push((name, value));
        Ok(())
    }

    async fn text(&mut self, parts: &mut Parts, mut part: Part) -> Result<(String, Value), Failure> {
        let mut text = Vec::new();
        while let Some(chunk) = parts.chunk(&mut part).await? {
            self.keep(chunk.len())?;
            text.extend_from_slice(&chunk);
        }
        let name = part.disposition.name;
        match String::from_utf8(text) {
            Ok(text) => Ok((name, Value::Text(text))),
            Err(_) => {
                let message = format!("the field {} of the multipart body is not UTF-8", shown(&name));
                Err(Failure::new(Kind::BadParameters, message).remedy("send it as a file, with a filename"))
            }
        }
    }

    async fn file(&mut self, parts: &mut Parts, mut part: Part) -> Result<(String, Value), Failure> {
        let spool = match &mut self.spool {
            Some(spool) => spool,
            none => none.insert(Spool::create(self.place.temp).await?),
        };
        let mut writer = spool.next_file();
        while let Some(chunk) = parts.chunk(&mut part).await? {
            self.uploaded = self.uploaded.saturating_add(chunk.len() as u64);
            if self.uploaded > self.place.caps.upload {
                return Err(too_long(self.place.caps.upload));
            }
            writer.write(&chunk).await?;
        }
        let stored = writer.finish().await?;
        let disposition = part.disposition;
        let file = File {
            filename: disposition.filename.unwrap_or_default(),
            media_type: disposition.media_type,
            size: stored.size,
            path: stored.path,
        };
        Ok((disposition.name, Value::File(file)))
    }

    /// Accounts for bytes before they are kept.
    fn keep(&mut self, bytes: usize) -> Result<(), Failure> {
        let cap = self.place.caps.body;
        if bytes > cap.saturating_sub(self.kept) {
            return Err(too_large(cap));
        }
        self.kept += bytes;
        self.memory.grow(bytes)
    }
}

/// The files together, or the whole body, are more than is taken.
pub(super) fn too_long(cap: u64) -> Failure {
    let message = format!("the upload is longer than the {cap} bytes that are kept");
    Failure::new(Kind::UploadTooLarge, message).remedy(
        "send the file as application/octet-stream and it is streamed as it is, however long; \
         the server's owner can raise --max-upload",
    )
}

fn too_many_files() -> Failure {
    Failure::new(Kind::UploadTooLarge, "the upload has too many parts")
        .remedy("send the files as one archive")
}
